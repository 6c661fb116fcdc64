/**
 * Every limit of the program, with its unit and its reason. A limit that is not here does not exist;
 * each names what happens when it is met.
 */
const MB = 1024 * 1024;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const LIMITS = {
  /** Inflated bytes of one object; beyond it the object is dead-lettered. CloudTrail's files stay far below. */
  objectInflatedBytesMax: 256 * MB,
  /** An object that inflates to at most this is handled in memory at once; a larger one is streamed. */
  objectInMemoryBytesMax: 16 * MB,
  /** Objects of one shard: one ledger transaction of 1,000 rows takes a few milliseconds. */
  shardObjectsMax: 1000,
  /** Refs that are sorted by time before they are packed into shards. */
  sortedRefsMax: 50_000,
  /** Compressed bytes of one shard: inflates to about 200 MB, whose columns fit a worker's memory. */
  shardBytesMax: 16 * MB,
  /** Refs in open shards of one source and lane at which its listing pauses; those that wait to be tried again apart. */
  openRefsMax: 200_000,
  /** Refs that wait to be tried again at which it pauses too: an hour of them must not hold up what can be read. */
  delayedRefsMax: 2_000_000,
  /** Listings under way at the same time in one replica; each holds one page. */
  listConcurrency: 16,
  /** Folders of one level, accounts left out, beyond which nothing is descended: AWS has 40 regions. */
  levelFoldersMax: 100,
  /** Levels below `AWSLogs/`, or below the source, that are looked into; CloudTrail's layout needs 5. */
  levelDepthMax: 8,
  /** The longest pause of a quiet prefix: with a pass every five minutes it is listed within the hour. */
  listPauseMs: 55 * MINUTE,
  /** The longest pause of a level: a region that was never used is what an attacker opens. */
  listFolderPauseMs: 15 * MINUTE,
  /** How long after its end a day is listed again: CloudTrail delivers again what it could not deliver. */
  listClosedDaysMs: 30 * 24 * HOUR,
  /** Pages after which a listing is split into ranges that others list. */
  listSplitPages: 20,
  /** Ranges that a listing is split into. */
  listRangesMax: 16,
  /** Keys of a day up to which it is listed whole: one request either way, and no late object hides. */
  listWholeKeysMax: 900,
  /** Objects of a first pass beyond which it says what they cost before the first is read. */
  firstPassObjectsMax: 100_000,
  /** How long new refs wait for company before they are planned. */
  listPlanAfterMs: 5 * SECOND,
  /** Objects beside folders; beyond them the level is listed as a whole. */
  levelObjectsMax: 10_000,
  /** Days of a base that a backfill lists as one range: a page or two of a busy account and region. */
  backfillRangeDaysMax: 7,
  /** Turns of live work between two of backfill while both wait: live work before backfill 9 times in 10. */
  liveTurnsMax: 9,
  /** Objects fetched at the same time by one worker. */
  fetchConcurrency: 16,
  /**
   * Memory of the process from which isolates collect their garbage at every part. What two isolates
   * gather between parts, about 100 MB each, fits between this and the 600 MB that a run may take.
   */
  relievedRssBytes: 350 * MB,
  relievedGrowthBytes: 32 * MB,
  /** The same for an isolate whose shard raised many alerts: it waits while they are stored, for seconds. */
  relievedWaitingBytes: 4 * MB,
  /** Inflated bytes of an object after which isolates look at the memory of the process too. */
  relievedObjectBytes: 2 * MB,
  /** Bytes of a record from which it is handled with care for memory; CloudTrail's own are at most 256 KB. */
  largeRecordBytes: 8 * MB,
  /** Bytes of a record that every isolate may hold at the same time; beyond it they take turns. */
  sharedRecordBytes: 4 * MB,
  /** Bytes of a record up to which its columns are built by the kernel; CloudTrail's own are at most 256 KB. */
  kernelRecordBytesMax: 1 * MB,
  /** Rows, and bytes that their columns take, at which collected events become a part file. */
  partRowsMax: 20_000,
  partBytesMax: 16 * MB,
  /** Compressed bytes in flight or waiting in one worker. */
  fetchBytesInFlightMax: 16 * MB,
  /** One GET, from request to last byte. */
  fetchTimeoutMs: 60 * SECOND,
  /** A connection to S3 on which nothing moves for this long is given up, and the request made again. */
  silentConnectionMs: 15 * SECOND,
  /**
   * Storage or database that fail without a success in between, for a reason that may pass, are waited for this
   * long; then the run ends with 3. A restart of Postgres, or its failover to a replica, takes less.
   */
  outageMs: 90 * SECOND,
  /** Attempts at an object that fails for now, over about an hour; then it is dead-lettered. */
  objectAttemptsMax: 8,
  /** Records of an object that are rejected with a dead letter each; those beyond have one together. */
  rejectedRecordsMax: 1000,
  /** Characters of a rejected record that are kept, and of all of a shard's while they are kept at that length. */
  rejectedTextMax: 64 * 1024,
  rejectedTextsMax: 16 * MB,
  /** Deaths of a holder after which a shard is cut into shards of one object. */
  shardDeathsMax: 2,
  /** Deaths of a holder of one object alone after which that object is dead-lettered. */
  objectDeathsMax: 3,
  /** Attempts at a delivery, over about a day; then the alert is undelivered. */
  deliveryAttemptsMax: 12,
  deliveryTimeoutMs: 15 * SECOND,
  /** Alerts handed at once to a sink that writes to this machine. */
  deliveryBatchMax: 100,
  /** Characters of an event that is stored and passed on within its alert; a longer one goes in packed pieces. */
  alertTextMax: 256 * 1024,
  /** A worker that reports nothing for this long is terminated and replaced. */
  workerSilenceMs: 60 * SECOND,
  /** A rule that takes longer than this on one event, twice in one shard, is switched off for the run. */
  ruleEventMs: 1 * SECOND,
  /** An isolate that has not begun to load rules after this does not start; on a busy machine it takes seconds. */
  workerStartMs: 60 * SECOND,
  /** A rule's module that is not loaded after this never ends. */
  moduleLoadMs: 10 * SECOND,
  /** How much longer it may take on a record, for each of its megabytes. */
  ruleEventMsPerMb: 250,
  /** Lease of a shard: renewed at each heartbeat, lost when it runs out. */
  leaseMs: 10 * SECOND,
  heartbeatMs: 3 * SECOND,
  /** Rows of a row group from which it is copied as it is, and at most. */
  rowGroupRowsMin: 20_000,
  rowGroupRowsMax: 50_000,
  /** Rows of one event hour in a part from which they get row groups of their own. */
  partHourRowsMin: 2_000,
  /**
   * Rows and part bytes of hours that are merged together, sorted as a whole: their keys and one decoded column are
   * held. A larger hour is merged by itself, in runs.
   */
  sortedMergeRowsMax: 150_000,
  sortedMergeBytesMax: 32 * MB,
  /** Isolates that merge at the same time once a run has nothing left to read; each holds up to 100 MB. */
  mergeIsolatesMax: 4,
  /**
   * Rows added to a large hour at a time: 28 bytes and the id of each are held, 50 MB, beside a file of the lake and
   * what a run takes. More would be fewer rounds, each of which reads the ids of all files before.
   */
  largeMergeRowsMax: 750_000,
  /** Bytes of a file up to which it is read as a whole for a large merge, and of such files held at a time. */
  wholeReadBytesMax: 8 * MB,
  wholeReadsHeldBytes: 16 * MB,
  /** Reads of files of a large merge under way at once, each of at most a row group or a small file. */
  mergeReadConcurrency: 4,
  /**
   * Bytes of one file of the lake, half of it as JSON lines; beyond it an hour gets further files. It is whole in
   * memory until it is put: twice as much would not fit the 600 MB of a run.
   */
  lakeFileBytesMax: 128 * MB,
  /** Bytes from which a file of the lake goes to a bucket in parts, of which a lost one is sent again alone. */
  multipartBytesMin: 32 * MB,
  /** Bytes of such a part; S3 takes 5 MB to 5 GB, and 10,000 of them. */
  multipartPartBytes: 16 * MB,
  /** Files that the lake's delivery log remembers, about five years of hours; older rows are forgotten. */
  lakeLogRowsMax: 100_000,
  /** How long after its end an hour is compacted, and how long an older hour's parts may wait. */
  hourDueAfterMs: 75 * MINUTE,
  latePartsDueAfterMs: 10 * MINUTE,
  hourPartsMax: 1000,
  /**
   * Silence after which the replica that alone writes a lake without conditional writes is replaced. Longer than
   * any write can take, since one that wakes up afterwards could put an older file back.
   */
  lakeWriterSilenceMs: 10 * MINUTE,
  /** An unnamed part may belong to a commit under way; after this it does not. */
  orphanPartMs: 24 * HOUR,
  /** Bytes of an S3 lake that one query fetches into a temporary folder; a query that needs more is refused. */
  queryFetchBytesMax: 8 * 1024 * MB,
  /** Requests of one query under way at once, and bytes of one of them. */
  queryFetchConcurrency: 16,
  queryRangeBytesMax: 8 * MB,
  /** Ranges of a file that are no further apart are fetched as one: a request costs more than these bytes. */
  queryGapBytesMax: MB / 4,
  /**
   * The shortest time that the ledger is kept: a day is listed until 30 days after its end, and an object may be
   * read at any time of its day. Less, and an object that listing still shows would be taken for new.
   */
  ledgerRetentionMsMin: 32 * 24 * HOUR,
  /** Time between passes: less is listing without a pause, more than 24.8 days a timer takes for none at all. */
  intervalMsMin: 100,
  intervalMsMax: 7 * 24 * HOUR,
  /** Dead letters that one call lists; they are read and written by pages. */
  deadLettersListedMax: 10_000_000,
  /** One rule file. */
  ruleFileBytesMax: 1 * MB,
} as const;
