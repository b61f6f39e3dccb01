import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** One request as a twin received it: never its body, only a keyed hash of it. */
export interface RequestEntry {
  readonly method: string;
  readonly path: string;
  /** Status answered; 0 when the connection was cut before an answer. */
  readonly status: number;
  readonly bodyHash: string;
  readonly at: string;
}

type StatementName = 'put' | 'remove' | 'claim' | 'release' | 'next' | 'request';

const tables = `
  CREATE TABLE IF NOT EXISTS object (
    kind TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (kind, id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS unique_value (
    scope TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (scope, value)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sequence (
    name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS request (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, method TEXT NOT NULL, path TEXT NOT NULL,
    status INTEGER NOT NULL, body_hash TEXT NOT NULL, at TEXT NOT NULL);`;

/**
 * What one twin remembers: objects by kind and id, unique values, sequences and a request log.
 *
 * Every write is in the file before the call returns and survives a kill of the process. Reads come
 * from memory. `transaction` makes several writes one.
 */
export class Ledger {
  private readonly database: DatabaseSync;
  private readonly objects = new Map<string, Map<string, object>>();
  private readonly uniques = new Map<string, string>();
  private readonly statements: Record<StatementName, StatementSync>;
  private readonly hashKey = randomBytes(32);
  private undo: (() => void)[] | undefined;
  private sequence = 0;

  /** Opens `<folder>/<name>.sqlite`; without a folder the ledger lives in memory. */
  constructor(name: string, folder?: string) {
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
    this.database = new DatabaseSync(
      folder === undefined ? ':memory:' : join(folder, `${name}.sqlite`),
    );
    this.database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${tables}`);
    this.statements = {
      put: this.database.prepare(
        `INSERT INTO object (kind, id, seq, body) VALUES (?, ?, ?, ?)
         ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body`,
      ),
      remove: this.database.prepare('DELETE FROM object WHERE kind = ? AND id = ?'),
      claim: this.database.prepare(
        'INSERT OR REPLACE INTO unique_value (scope, value, id) VALUES (?, ?, ?)',
      ),
      release: this.database.prepare('DELETE FROM unique_value WHERE scope = ? AND value = ?'),
      next: this.database.prepare(
        `INSERT INTO sequence (name, value) VALUES (?, 1)
         ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`,
      ),
      request: this.database.prepare(
        'INSERT INTO request (method, path, status, body_hash, at) VALUES (?, ?, ?, ?, ?)',
      ),
    };
    this.load();
  }

  /** A copy of one object, free to change. */
  get<T extends object>(kind: string, id: string): T | undefined {
    const found = this.objects.get(kind)?.get(id);
    return found === undefined ? undefined : (structuredClone(found) as T);
  }

  /** All objects of a kind, oldest first; to read, not to change. */
  list<T extends object>(kind: string): readonly T[] {
    return [...(this.objects.get(kind)?.values() ?? [])] as T[];
  }

  put(kind: string, id: string, value: object): void {
    const stored = structuredClone(value);
    const before = this.objects.get(kind)?.get(id);
    this.sequence += 1;
    this.statements.put.run(kind, id, this.sequence, JSON.stringify(stored));
    this.ofKind(kind).set(id, stored);
    this.undo?.push(() => {
      if (before === undefined) this.ofKind(kind).delete(id);
      else this.ofKind(kind).set(id, before);
    });
  }

  delete(kind: string, id: string): void {
    const before = this.objects.get(kind)?.get(id);
    if (before === undefined) return;
    this.statements.remove.run(kind, id);
    this.ofKind(kind).delete(id);
    this.undo?.push(() => this.ofKind(kind).set(id, before));
  }

  /** The id that holds a unique value, if any. */
  holderOf(scope: string, value: string): string | undefined {
    return this.uniques.get(uniqueKey(scope, value));
  }

  claim(scope: string, value: string, id: string): void {
    const key = uniqueKey(scope, value);
    const before = this.uniques.get(key);
    this.statements.claim.run(scope, value, id);
    this.uniques.set(key, id);
    this.undo?.push(() => {
      if (before === undefined) this.uniques.delete(key);
      else this.uniques.set(key, before);
    });
  }

  release(scope: string, value: string): void {
    const key = uniqueKey(scope, value);
    const before = this.uniques.get(key);
    if (before === undefined) return;
    this.statements.release.run(scope, value);
    this.uniques.delete(key);
    this.undo?.push(() => this.uniques.set(key, before));
  }

  /** The next number of a sequence, starting at 1; never given twice. */
  next(name: string): number {
    return Number(this.statements.next.get(name)?.['value']);
  }

  /** Runs several writes as one: all of them stand, or none when `work` throws. */
  transaction<T>(work: () => T): T {
    if (this.undo !== undefined) return work();
    const undo: (() => void)[] = [];
    this.undo = undo;
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.database.exec('COMMIT');
      return result;
    } catch (error) {
      this.database.exec('ROLLBACK');
      for (const step of undo.toReversed()) step();
      throw error;
    } finally {
      this.undo = undefined;
    }
  }

  recordRequest(entry: { method: string; path: string; status: number; body?: Buffer }): void {
    const hash = createHmac('sha256', this.hashKey)
      .update(entry.body ?? Buffer.alloc(0))
      .digest('hex');
    this.statements.request.run(
      entry.method,
      entry.path,
      entry.status,
      hash,
      new Date().toISOString(),
    );
  }

  /** The newest requests first. */
  requests(limit = 200): RequestEntry[] {
    return this.database
      .prepare('SELECT method, path, status, body_hash, at FROM request ORDER BY seq DESC LIMIT ?')
      .all(limit)
      .map((row) => ({
        method: String(row['method']),
        path: String(row['path']),
        status: Number(row['status']),
        bodyHash: String(row['body_hash']),
        at: String(row['at']),
      }));
  }

  /** How often each method and path was answered with each status. */
  requestCounts(): { method: string; path: string; status: number; count: number }[] {
    return this.database
      .prepare(
        `SELECT method, path, status, count(*) AS count FROM request
         GROUP BY method, path, status ORDER BY method, path, status`,
      )
      .all()
      .map((row) => ({
        method: String(row['method']),
        path: String(row['path']),
        status: Number(row['status']),
        count: Number(row['count']),
      }));
  }

  kinds(): string[] {
    return [...this.objects.keys()].toSorted();
  }

  /** Forgets everything. */
  clear(): void {
    this.database.exec(
      'DELETE FROM object; DELETE FROM unique_value; DELETE FROM request; DELETE FROM sequence;',
    );
    this.objects.clear();
    this.uniques.clear();
  }

  close(): void {
    this.database.close();
  }

  private load(): void {
    const rows = this.database.prepare('SELECT kind, id, seq, body FROM object ORDER BY seq').all();
    for (const row of rows) {
      const body = JSON.parse(String(row['body'])) as object;
      this.ofKind(String(row['kind'])).set(String(row['id']), body);
      this.sequence = Number(row['seq']);
    }
    for (const row of this.database.prepare('SELECT scope, value, id FROM unique_value').all()) {
      this.uniques.set(uniqueKey(String(row['scope']), String(row['value'])), String(row['id']));
    }
  }

  private ofKind(kind: string): Map<string, object> {
    const known = this.objects.get(kind);
    if (known !== undefined) return known;
    const created = new Map<string, object>();
    this.objects.set(kind, created);
    return created;
  }
}

function uniqueKey(scope: string, value: string): string {
  return `${scope}\u0000${value}`;
}
