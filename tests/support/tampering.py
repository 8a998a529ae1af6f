"""What an administrator could change behind the audit log's back."""

from __future__ import annotations

import dataclasses


class Tamper:
    """Changes one family's store as its administrator could."""

    def __init__(self, backend, workspace):
        self.family, self.workspace, self.stores = backend.family, workspace, backend.stores

    def _sql(self, statement, *values):
        def work(connection):
            triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(statement, values)
            for _, sql in triggers:
                connection.execute(sql)

        self.stores._database.write(work)

    def record(self, chain, number, **changes):
        """Set parts of a record."""
        if self.family == "memory":
            chain_of = self.stores.audit._chains[self.workspace, chain]
            at = next(n for n, record in enumerate(chain_of) if record.number == number)
            chain_of[at] = dataclasses.replace(chain_of[at], **changes)
        elif self.family == "sqlite":
            for name, value in changes.items():
                self._sql(
                    f"UPDATE audit SET {name} = ? WHERE workspace = ? AND chain = ? AND number = ?",  # noqa: S608 - ours
                    value, self.workspace, chain, number,
                )
        else:
            table = self.stores.audit._table
            pk, sk = f"A#{self.workspace}#{chain:02}", f"N#{number:012}"
            from engine.adapters.aws.audit_log import _item_of, _records_of  # noqa: PLC0415 - botocore where asked for
            from engine.adapters.aws.dynamo import Put  # noqa: PLC0415

            (found,) = _records_of(self.workspace, chain, table.get((pk, sk)))
            changed = _item_of([dataclasses.replace(found, **changes)])
            table.write(Put({**changed, "pk": pk, "sk": sk}))

    def drop(self, chain, number):
        """Delete a record."""
        if self.family == "memory":
            chain_of = self.stores.audit._chains[self.workspace, chain]
            chain_of[:] = [record for record in chain_of if record.number != number]
        elif self.family == "sqlite":
            self._sql(
                "DELETE FROM audit WHERE workspace = ? AND chain = ? AND number = ?", self.workspace, chain, number
            )
        else:
            self.stores.audit._table.delete([(f"A#{self.workspace}#{chain:02}", f"N#{number:012}")])

    def witness(self):
        """Delete what is kept apart from records and heads."""
        if self.family == "sqlite":
            for file in self.stores.audit._witness._folder.glob("audit-*.heads"):
                file.unlink()

    def head(self, chain, head):
        """Set or, by None, delete a head."""
        if self.family == "memory":
            self.stores.audit._heads.pop((self.workspace, chain))
            if head is not None:
                self.stores.audit._heads[self.workspace, chain] = head
        elif self.family == "sqlite":
            self._sql("DELETE FROM audit_head WHERE workspace = ? AND chain = ?", self.workspace, chain)
            if head is not None:
                self._sql(
                    "INSERT INTO audit_head VALUES (?, ?, ?, ?, ?)", self.workspace, chain, head.number, head.digest,
                    head.recorded_at,
                )
        else:
            from engine.adapters.aws.dynamo import Put  # noqa: PLC0415

            table, key = self.stores.audit._table, (f"AH#{self.workspace}#{chain:02}", "H")
            table.delete([key])
            if head is not None:
                table.write(Put({"pk": key[0], "sk": key[1], **dataclasses.asdict(head)}))
