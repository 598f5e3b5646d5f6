/** Settings of a training as KEY=VALUE, with those that have an option of their own. */
export function settingPairs({
  set = [],
  tile,
}: {
  readonly set?: readonly string[] | undefined;
  readonly tile?: number | undefined;
}): string[] {
  return [...set, ...(tile === undefined ? [] : [`features.tile=${tile}`])];
}
