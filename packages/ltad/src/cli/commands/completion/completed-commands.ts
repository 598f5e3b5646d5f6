import type { Command, Option } from "commander";

/** What can follow one command. */
export interface CompletedCommand {
  /** Its name after those of its parents; empty for the program. */
  readonly path: readonly string[];
  /** Commands below it, choices of its argument, and its options. */
  readonly words: readonly { readonly word: string; readonly about: string }[];
  readonly options: readonly Option[];
}

/** A command and all below it, as its help lists them. */
export function completedCommands(command: Command, path: readonly string[] = []): CompletedCommand[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command);
  const options = help.visibleOptions(command);
  const words = [
    ...below.map((child) => ({ word: child.name(), about: child.summary() || child.description() })),
    ...command.registeredArguments.flatMap(({ argChoices = [], description }) => argChoices.map((word) => ({ word, about: description }))),
    ...options.flatMap(({ long, description }) => (long ? [{ word: long, about: description }] : [])),
  ];
  return [{ path, words, options }, ...below.flatMap((child) => completedCommands(child, [...path, child.name()]))];
}
