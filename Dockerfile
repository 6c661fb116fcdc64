# The official image: it has Deno in this very version, an unprivileged user `deno` (uid 1993) and that
# user's cache folder, and nothing else. To change the version, change it in .ci/run and README.md as well.
FROM denoland/deno:2.9.6

# Code belongs to root, so the running program cannot change it. Only ./data can be written: the embedded
# database and a local lake go there by default, and a new volume takes over the folder's owner.
WORKDIR /app
COPY . .
RUN install --directory --owner=deno --group=deno /app/data
VOLUME /app/data

# Every package that a command or an isolate imports, as deno.lock has it. At run time nothing is fetched any
# more: an isolate that could fetch a package could carry data out by its name.
USER deno
RUN deno cache --quiet --frozen main.ts commands/*.ts workers/*_isolate.ts

# Deno itself is the container's process, so that it gets the signals and its exit code is the container's.
# Isolates drop every permission that they do not need. `run` is granted to nobody; `query` alone needs
# --allow-ffi, for DuckDB, and so an entrypoint of its own, as in compose.yaml.
# Freed memory goes back to the system: docs/performance.md, "Memory".
ENV MALLOC_MMAP_THRESHOLD_=1048576
ENTRYPOINT ["deno", "run", "--cached-only", "--no-prompt", "--allow-net", "--allow-env", "--allow-sys", "--allow-read", "--allow-write=/app/data,/tmp", "/app/main.ts"]
CMD ["--help"]
