"""The tables of `automate.db`, as migrations: number N brings a database from version N-1 to N.

A migration that was released is never changed; a new one is added. What the layout is for:

header      keeps a small integer `e` for each execution, so that the index of segments holds two integers an entry:
            one commit for fifty executions touches a page or two of it, not fifty
segment     rows in order of arrival; `body` stands last, so that looking at the other columns reads no overflow pages
wake        partial indexes: free ones by due time, and by workflow and due time; claimed ones by owner
execution   the executions index; each filter has an index that ends in the list's order; execution_word, the words of
            its business key and of how it failed, by which it is searched
activity    the activities by name; work_item, what waits for their workers: a partial index over what is not taken
approval    what Tasks have asked people: a partial index over what is open
saved_views filters of the list of executions that people have saved, a row a workspace
conversation a person's conversation with the copilot about a draft; conversation_entry, its entries
pause       what was paused: a workflow, or '' for all of a workspace
delivery    what arrived at triggers: it outlives its execution; trigger_state, how far each trigger has looked
ended       ends of executions that somebody listens for, until they are told
ran_by      the versions that executions ran by before they went on by another one
taken       which executions retention took, and when; size_on, how large the file was on a day (since 1970)
tally       counts of executions by when they started, an hour a row; tally_of_ends, by when they ended
made_with   the snapshot schema that a folder was made for; no row in one that a release of before had made
erasure     what is to be erased, by name until that is over; erased, what was, by digests (erasure/erased_list.py)
audit       the audit log; triggers refuse what is not an insert, but that `kept` is erased, and that entries go which
            `audit_checkpoint` lets go. `audit_head` is where each chain ends, audit_actor whose pseudonyms it has
"""

from __future__ import annotations

APPLICATION_ID = 0x4175746F
"""Marks the file as ours (PRAGMA application_id): "Auto"."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE header (
            e INTEGER PRIMARY KEY, workspace TEXT NOT NULL, id TEXT NOT NULL, workflow TEXT NOT NULL,
            version INTEGER NOT NULL, definition_digest TEXT NOT NULL, input_digest TEXT NOT NULL, kind TEXT NOT NULL,
            status TEXT NOT NULL, started_at REAL NOT NULL, seq INTEGER NOT NULL, due_at REAL, ended_at REAL,
            UNIQUE (workspace, id)) STRICT""",
        "CREATE INDEX header_due ON header (due_at) WHERE due_at IS NOT NULL",
        "CREATE TABLE input (e INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
        """CREATE TABLE segment (
            e INTEGER NOT NULL, seq INTEGER NOT NULL, nonce TEXT NOT NULL, at REAL NOT NULL, whole INTEGER NOT NULL,
            lease_until REAL NOT NULL, owner TEXT NOT NULL, first_event INTEGER NOT NULL, last_event INTEGER NOT NULL,
            body BLOB NOT NULL) STRICT""",
        "CREATE UNIQUE INDEX segment_number ON segment (e, seq)",
        """CREATE TABLE inbox (
            workspace TEXT NOT NULL, id TEXT NOT NULL, item TEXT NOT NULL, due_at REAL NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (workspace, id, item)) STRICT, WITHOUT ROWID""",
        "CREATE INDEX inbox_due ON inbox (due_at)",
        """CREATE TABLE wake (
            n INTEGER PRIMARY KEY, workspace TEXT NOT NULL, id TEXT NOT NULL, due_at REAL NOT NULL,
            owner TEXT NOT NULL DEFAULT '', receives INTEGER NOT NULL DEFAULT 0) STRICT""",
        "CREATE INDEX wake_free ON wake (due_at) WHERE owner = ''",
        "CREATE INDEX wake_claimed ON wake (owner) WHERE owner > ''",
        """CREATE TABLE execution (
            workspace TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, workflow TEXT NOT NULL,
            version INTEGER NOT NULL, status TEXT NOT NULL, started_at REAL NOT NULL, ended_at REAL, error TEXT,
            business_key TEXT, PRIMARY KEY (workspace, id)) STRICT, WITHOUT ROWID""",
        "CREATE INDEX execution_started ON execution (workspace, started_at, id)",
        "CREATE INDEX execution_workflow ON execution (workspace, workflow, started_at, id)",
        "CREATE INDEX execution_status ON execution (workspace, status, started_at, id)",
        "CREATE INDEX execution_name ON execution (workspace, name, started_at, id)",
        "CREATE INDEX execution_error ON execution (workspace, error, started_at, id) WHERE error IS NOT NULL",
        """CREATE INDEX execution_business_key ON execution (workspace, business_key, started_at, id)
            WHERE business_key IS NOT NULL""",
        """CREATE TABLE blob (
            workspace TEXT NOT NULL, ref TEXT NOT NULL, data BLOB NOT NULL, UNIQUE (workspace, ref)) STRICT""",
        """CREATE TABLE workflow (
            workspace TEXT NOT NULL, workflow TEXT NOT NULL, active_version INTEGER NOT NULL,
            latest_version INTEGER NOT NULL, revision INTEGER NOT NULL, description TEXT NOT NULL,
            updated_at REAL NOT NULL, PRIMARY KEY (workspace, workflow)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE draft (
            workspace TEXT NOT NULL, workflow TEXT NOT NULL, etag TEXT NOT NULL, updated_at REAL NOT NULL,
            updated_by TEXT NOT NULL, imported_digest TEXT, document BLOB NOT NULL,
            UNIQUE (workspace, workflow)) STRICT""",
        """CREATE TABLE version (
            workspace TEXT NOT NULL, workflow TEXT NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL,
            definition_digest TEXT NOT NULL, note TEXT NOT NULL, published_at REAL NOT NULL,
            published_by TEXT NOT NULL, document BLOB NOT NULL, UNIQUE (workspace, workflow, number)) STRICT""",
        "CREATE INDEX version_definition ON version (workspace, workflow, definition_digest, number)",
    ),
    (
        """CREATE TABLE audit (
            workspace TEXT NOT NULL, chain INTEGER NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL,
            recorded_at REAL NOT NULL, digest TEXT NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (workspace, chain, number)) STRICT, WITHOUT ROWID""",
        "CREATE UNIQUE INDEX audit_id ON audit (workspace, chain, id)",
        """CREATE TABLE audit_head (
            workspace TEXT NOT NULL, chain INTEGER NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL,
            recorded_at REAL NOT NULL, PRIMARY KEY (workspace, chain)) STRICT, WITHOUT ROWID""",
        """CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
            SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
        """CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN
            SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    ),
    ("ALTER TABLE header ADD COLUMN parent TEXT",),
    (
        "ALTER TABLE header ADD COLUMN strikes INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE header ADD COLUMN cause TEXT",
        """CREATE TABLE pause (
            workspace TEXT NOT NULL, workflow TEXT NOT NULL, starts TEXT NOT NULL, running TEXT NOT NULL,
            paused_at REAL NOT NULL, paused_by TEXT NOT NULL,
            PRIMARY KEY (workspace, workflow)) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE activity (
            workspace TEXT NOT NULL, name TEXT NOT NULL, created_at REAL NOT NULL,
            PRIMARY KEY (workspace, name)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE work_item (
            workspace TEXT NOT NULL, activity TEXT NOT NULL, item TEXT NOT NULL, execution_id TEXT NOT NULL,
            frame TEXT NOT NULL, visit INTEGER NOT NULL, attempt INTEGER NOT NULL, since REAL NOT NULL, taken_by TEXT,
            worker TEXT, PRIMARY KEY (workspace, activity, item)) STRICT, WITHOUT ROWID""",
        """CREATE INDEX work_item_waiting ON work_item (workspace, activity, since, item)
            WHERE taken_by IS NULL""",
    ),
    ("ALTER TABLE workflow ADD COLUMN archived INTEGER NOT NULL DEFAULT 0",),
    ("CREATE TABLE oldest_reader (version INTEGER NOT NULL) STRICT", "INSERT INTO oldest_reader VALUES (7)"),
    (
        """CREATE TABLE taken (
            workspace TEXT NOT NULL, id TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (workspace, id)) STRICT,
            WITHOUT ROWID""",
        "CREATE INDEX taken_at ON taken (at)",
        "CREATE TABLE size_on (day INTEGER PRIMARY KEY, bytes INTEGER NOT NULL) STRICT",
    ),
    (
        """CREATE TABLE delivery (
            workspace TEXT NOT NULL, id TEXT NOT NULL, workflow TEXT NOT NULL, trigger_name TEXT NOT NULL,
            kind TEXT NOT NULL, version INTEGER NOT NULL, arrived_at REAL NOT NULL, outcome TEXT NOT NULL,
            forget_at REAL NOT NULL, why TEXT NOT NULL, source TEXT NOT NULL, dedupe_key TEXT,
            body_digest TEXT NOT NULL, repeats INTEGER NOT NULL, differed INTEGER NOT NULL, repeated_at REAL,
            replay_of TEXT, body BLOB, UNIQUE (workspace, id)) STRICT""",
        "CREATE INDEX delivery_listed ON delivery (workspace, workflow, trigger_name, arrived_at, id)",
        "CREATE INDEX delivery_forgotten ON delivery (forget_at)",
        """CREATE TABLE trigger_state (
            workspace TEXT NOT NULL, workflow TEXT NOT NULL, trigger_name TEXT NOT NULL, revision INTEGER NOT NULL,
            looked_at REAL, since REAL, spec TEXT NOT NULL, paused_at REAL, paused_by TEXT NOT NULL,
            PRIMARY KEY (workspace, workflow, trigger_name)) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE ended (
            n INTEGER PRIMARY KEY AUTOINCREMENT, workspace TEXT NOT NULL, id TEXT NOT NULL, workflow TEXT NOT NULL,
            version INTEGER NOT NULL, status TEXT NOT NULL, seq INTEGER NOT NULL, started_at REAL NOT NULL,
            ended_at REAL, error TEXT) STRICT""",
    ),
    ("CREATE INDEX wake_fair ON wake (substr(id, 1, instr(id, ':')), due_at) WHERE owner = ''",),
    (
        """CREATE TABLE erasure (
            workspace TEXT NOT NULL, id TEXT NOT NULL, at REAL NOT NULL, asked_by TEXT NOT NULL,
            executions TEXT NOT NULL, PRIMARY KEY (workspace, id)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE erased (digest TEXT PRIMARY KEY, at REAL NOT NULL) STRICT, WITHOUT ROWID""",
        "ALTER TABLE audit ADD COLUMN kept TEXT",
        """CREATE TABLE audit_checkpoint (
            workspace TEXT NOT NULL, chain INTEGER NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL,
            recorded_at REAL NOT NULL, PRIMARY KEY (workspace, chain)) STRICT, WITHOUT ROWID""",
        "DROP TRIGGER audit_is_not_changed",
        "DROP TRIGGER audit_is_not_deleted",
        """CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
            WHEN OLD.kept IS NULL OR NEW.kept IS NOT NULL OR (OLD.workspace, OLD.chain, OLD.number, OLD.recorded_at,
                OLD.digest, OLD.body) IS NOT (NEW.workspace, NEW.chain, NEW.number, NEW.recorded_at, NEW.digest,
                NEW.body)
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
        """CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
            WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoint WHERE workspace = OLD.workspace AND chain = OLD.chain
                AND number >= OLD.number)
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    ),
    ("ALTER TABLE draft ADD COLUMN updated_by_id TEXT NOT NULL DEFAULT ''",),
    (
        """CREATE INDEX header_open ON header (workspace, workflow)
            WHERE status IN ('RUNNING', 'PAUSED') AND (parent IS NULL OR substr(parent, -4) = ',""]')""",
    ),
    (
        """CREATE TABLE audit_actor (
            workspace TEXT NOT NULL, pseudonym TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
            key TEXT NOT NULL, PRIMARY KEY (workspace, pseudonym)) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE ran_by (
            e INTEGER NOT NULL, version INTEGER NOT NULL, workspace TEXT NOT NULL, workflow TEXT NOT NULL,
            PRIMARY KEY (e, version)) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE approval (
            workspace TEXT NOT NULL, id TEXT NOT NULL, execution_id TEXT NOT NULL, frame TEXT NOT NULL,
            visit INTEGER NOT NULL, attempt INTEGER NOT NULL, since REAL NOT NULL, answers TEXT NOT NULL,
            revision INTEGER NOT NULL, status TEXT NOT NULL, closed_at REAL,
            PRIMARY KEY (workspace, id)) STRICT, WITHOUT ROWID""",
        "CREATE INDEX approval_open ON approval (workspace, id) WHERE status = 'OPEN'",
        "CREATE INDEX approval_closed ON approval (closed_at) WHERE closed_at IS NOT NULL",
        "CREATE INDEX approval_execution ON approval (workspace, execution_id)",
    ),
    (
        """CREATE TABLE tally (
            workspace TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (workspace, at)) STRICT, WITHOUT ROWID""",
    ),
    ("ALTER TABLE version ADD COLUMN pins BLOB NOT NULL DEFAULT x''",),
    (
        "ALTER TABLE execution ADD COLUMN trigger_name TEXT",
        "ALTER TABLE execution ADD COLUMN redrives INTEGER NOT NULL DEFAULT 0",
        """UPDATE execution SET trigger_name = (SELECT d.trigger_name FROM delivery AS d
                WHERE d.workspace = execution.workspace AND d.id = execution.id AND d.outcome = 'STARTED')
            WHERE (workspace, id) IN (SELECT workspace, id FROM delivery WHERE outcome = 'STARTED')""",
        """CREATE TABLE execution_word (
            workspace TEXT NOT NULL, id TEXT NOT NULL, word TEXT NOT NULL,
            PRIMARY KEY (workspace, id, word)) STRICT, WITHOUT ROWID""",
        "CREATE INDEX execution_word_found ON execution_word (workspace, word, id)",
        """CREATE TABLE saved_views (
            workspace TEXT PRIMARY KEY, revision INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE INDEX header_ended ON header (ended_at)
            WHERE ended_at IS NOT NULL AND (parent IS NULL OR substr(parent, -4) = ',""]')""",
        """CREATE TABLE tally_of_ends (
            workspace TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (workspace, at)) STRICT, WITHOUT ROWID""",
    ),
    ("CREATE TABLE made_with (snapshot_schema INTEGER NOT NULL) STRICT",),
    (
        """CREATE TABLE conversation (
            workspace TEXT NOT NULL, owner TEXT NOT NULL, workflow TEXT NOT NULL, id TEXT NOT NULL,
            sequence INTEGER NOT NULL, at REAL NOT NULL,
            PRIMARY KEY (workspace, owner, workflow)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE conversation_entry (
            workspace TEXT NOT NULL, owner TEXT NOT NULL, workflow TEXT NOT NULL, n INTEGER NOT NULL, body BLOB NOT
            NULL, PRIMARY KEY (workspace, owner, workflow, n)) STRICT, WITHOUT ROWID""",
    ),
)

VERSION = len(MIGRATIONS)
"""The schema this release writes."""

OLDEST_READER = 7
"""The oldest schema whose release can work in a folder of this one, and says so to it: no migration since has done more
than add tables, indexes, and columns that may be left out. One that does more sets this to its own number. A folder
made for a newer snapshot schema than UNCONFIRMED lets in none that is older than its maker."""
