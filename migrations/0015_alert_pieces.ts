/**
 * Events of long alerts, in pieces that are read and written one by one: as one value of 40 MB an event took several
 * times its size in the database. They are compressed already. `alerts.payload` then lacks the member `event`.
 */
export const ALERT_PIECES: readonly string[] = [
  `alter table alerts add column event_pieces integer not null default 0`,
  `create table alert_pieces (
    alert_id text not null,
    place integer not null,
    piece bytea not null,
    primary key (alert_id, place)
  )`,
  `alter table alert_pieces alter column piece set storage external`,
];
