// IndexedDB with promises: the two stores that drafts live in.

const VERSION = 1;

export type Store = "drafts" | "pieces";

export function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, VERSION);
  request.addEventListener("upgradeneeded", () => {
    request.result.createObjectStore("drafts", { keyPath: "id" });
    // [draft, number of the piece]: reading a range gives the pieces in order.
    request.result.createObjectStore("pieces", { keyPath: ["draftId", "index"] });
  });
  return settled(request);
}

/** Runs `work` in one transaction and waits until it is on disk. */
export async function inTransaction<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  work: (store: (name: Store) => IDBObjectStore) => IDBRequest<T> | undefined,
): Promise<T | undefined> {
  const transaction = database.transaction(["drafts", "pieces"], mode);
  const request = work((name) => transaction.objectStore(name));
  await new Promise<void>((resolve, reject) => {
    transaction.addEventListener("complete", () => resolve());
    transaction.addEventListener("abort", () => reject(transaction.error));
  });
  return request?.result;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
