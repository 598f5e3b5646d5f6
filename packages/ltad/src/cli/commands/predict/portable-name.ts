/** Characters that Windows takes in no file name. */
const forbidden = /[<>:"/\\|?*\p{Cc}]/gu;
/** Names of devices: Windows takes them in no folder and with no extension. */
const reserved = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)/i;

/** A file name that every system takes: forbidden characters become "_", names of devices get one, dots and spaces at the end go. */
export function portableName(name: string): string {
  return (
    name
      .replace(forbidden, "_")
      .replace(reserved, "$&_")
      .replace(/[. ]+$/, "") || "_"
  );
}
