import { assert, assertEquals } from "@std/assert";
import { codeText, escapeText, linkText } from "./slack_text.ts";

Deno.test("escapeText() escapes what starts mentions, links and entities, and nothing else", () => {
  assertEquals(
    escapeText("<!channel> & <https://x|y> &amp; \"'*_", 1000),
    "&lt;!channel&gt; &amp; &lt;https://x|y&gt; &amp;amp; \"'*_",
  );
});

Deno.test("escapeText() makes one line of control characters and well-formed text of any", () => {
  assertEquals(escapeText("a\nb\r\u0000c\u2028d\t", 100), "a b  c d ");
  assertEquals(escapeText("a\ud800b", 100), "a\ufffdb");
});

Deno.test("escapeText() cuts within its limit and never inside an escape or a character", () => {
  assertEquals(escapeText("abcdef", 6), "abcdef");
  assertEquals(escapeText("abcdefg", 6), "abcde…");
  assertEquals(escapeText("ab&&", 6), "ab…");
  assertEquals(escapeText("a&&&", 7), "a&amp;…");
  assertEquals(escapeText("abcd\u{1F600}\u{1F600}", 7), "abcd\u{1F600}…");
  const seed = 20261121;
  let state = seed;
  for (let round = 0; round < 500; round++) {
    let text = "";
    for (let i = 0; i < 40; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      text += ["a", "&", "<", ">", "\u{1F600}", "é", "\n"][(state >>> 16) % 7];
    }
    const limit = 1 + (state >>> 8) % 60;
    const out = escapeText(text, limit);
    assert(out.length <= limit, `seed ${seed}, limit ${limit}: ${out}`);
    assert(out.isWellFormed(), `seed ${seed}: ${out}`);
    assertEquals(out.replace(/&(amp|lt|gt);/g, "").match(/[&<>]/), null, `seed ${seed}: ${out}`);
  }
});

Deno.test("codeText() cannot be left by a backtick and is never empty", () => {
  assertEquals(codeText("a`*b*`<c>", 100), "`a'*b*'&lt;c&gt;`");
  assertEquals(codeText("", 100), "(empty)");
  assertEquals(codeText(" \n", 100), "(empty)");
  assertEquals(codeText("abcdefgh", 6).length, 6);
});

Deno.test("linkText() links http(s) only, with nothing that could end the link", () => {
  assertEquals(linkText("https://a.example/x?b=1&c=2", 100), "<https://a.example/x?b=1&amp;c=2>");
  const odd = linkText("https://a.example/a|b>c<d`e?x|y", 200);
  assert(odd !== null && !/[|<>`]/.test(odd.slice(1, -1)), String(odd));
});

Deno.test("linkText() gives no link for other schemes, for text, and for what is too long", () => {
  for (const text of ["javascript:alert(1)", "file:///etc/passwd", "!channel", "", "https://"]) {
    assertEquals(linkText(text, 100), null, text);
  }
  assertEquals(linkText(`https://a.example/${"x".repeat(100)}`, 100), null);
});
