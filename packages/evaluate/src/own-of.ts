/**
 * The value under a key that an object itself has. Names of classes come from folders and files: an object has something under `constructor`
 * and `__proto__` without anybody having put it there.
 */
export function ownOf<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
