import type { Command, Option } from "commander";
import { type CompletedCommand, completedCommands } from "./completed-commands.js";

/** A script for one shell that completes the commands and options of a program, made from the program itself. */
export function completionScript(shell: "bash" | "zsh" | "fish", program: Command): string {
  const commands = completedCommands(program);
  if (shell === "fish") return fishScript(commands);
  const bash = bashScript(commands);
  return shell === "bash" ? bash : `autoload -U +X compinit bashcompinit && compinit && bashcompinit\n${bash}`;
}

/** Where nothing fits, `-o default` completes file names. */
function bashScript(commands: readonly CompletedCommand[]): string {
  const paths = commands.filter(({ path }) => path.length > 0).map(({ path }) => `"${path.join(" ")}"`);
  return `_ltad() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" i next
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${path:+$path }\${COMP_WORDS[i]}"
    case "$next" in
      ${paths.join("|")}) path="$next" ;;
    esac
  done
  case "$path" in
${commands.map(({ path, words }) => `    "${path.join(" ")}") words="${words.map(({ word }) => word).join(" ")}" ;;`).join("\n")}
  esac
  case "$path $before" in
${commands.flatMap(({ path, options }) => options.flatMap((option) => bashChoices(path, option))).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _ltad ltad
`;
}

/** After an option with a value: its choices, or nothing, so that file names are completed. */
function bashChoices(path: readonly string[], { long, required, argChoices }: Option): string[] {
  return long && required ? [`    "${path.join(" ")} ${long}") words="${argChoices?.join(" ") ?? ""}" ;;`] : [];
}

function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ path, words, options }) => {
    const children = commands.filter((other) => other.path.length === path.length + 1 && path.every((word, i) => other.path[i] === word));
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const unseen = children.length > 0 ? [`not __fish_seen_subcommand_from ${children.map((child) => child.path.at(-1)).join(" ")}`] : [];
    const line = `complete -c ltad -n '${[...seen, ...unseen].join("; and ") || "true"}'`;
    const subcommands = words.filter(({ word }) => !word.startsWith("-"));
    return [
      ...subcommands.map(({ word, about }) => `${line} -f -a ${word} -d ${fishText(about)}`),
      ...options.map((option) => `${line} ${fishOption(option)} -d ${fishText(option.description)}`),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function fishOption({ long, short, required, argChoices }: Option): string {
  const names = [long && `-l ${long.slice(2)}`, short && `-s ${short.slice(1)}`].filter(Boolean).join(" ");
  const value = argChoices ? ` -x -a '${argChoices.join(" ")}'` : required ? " -r" : "";
  return names + value;
}

function fishText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
