import type { Command } from './command';
import { type Completed, type CompletedCommand, completedWords } from './completion-words';

/**
 * The completion of this program for bash 3.2 and newer. It is a table and asks nobody: nothing is started when Tab is
 * pressed. Where it knows nothing to offer, bash completes names of files.
 */
export function bashCompletion(commands: readonly Command[], known: readonly CompletedCommand[]): string {
  const next = completedWords(commands);
  const two = known.filter(({ words }) => words.includes(' '));
  const named = known.filter(({ names, takesNames }) => names.length > 0 || !takesNames);
  return `_switchyard() {
  local IFS=$' \\t\\n'
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local first='' second='' called='' list='' about='' open=1 more='' word at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at += 1)); do
    word="\${COMP_WORDS[at]}"
    case "$word" in
      --) return ;;
      --json) ;;
      -*) open='' ;;
      help) if [ -z "$first$about" ]; then about=1; fi ;;
      *)
        if [ -z "$open" ]; then more=1
        elif [ -z "$first" ]; then first="$word"
        elif [ -z "$second" ]; then second="$word"
        else more=1; fi ;;
    esac
  done
  called="$first"
  case "$first $second" in
${either(
  two.map(({ words }) => words),
  'called="$first $second"',
)}
    *) if [ -n "$second" ]; then more=1; fi ;;
  esac
  if [ -z "$about" ]; then
    case "$called $previous" in
${known
  .flatMap(({ words, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ word, values }) =>
        values.length === 0
          ? `      '${words} ${word}') return ;;`
          : `      '${words} ${word}') COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$current")); return ;;`,
      ),
  )
  .join('\n')}
    esac
  fi
  case "$current" in
    -*)
      if [ -n "$about" ]; then return; fi
      case "$called" in
        '') list='--help --version --json' ;;
${known.map(({ words, options }) => `        '${words}') list='${options.map(({ word }) => word).join(' ')}' ;;`).join('\n')}
      esac ;;
    *)
      if [ -n "$more" ]; then return; fi
      case "$called" in
${[...next].map(([word, words]) => `        '${word}') list='${wordsOf(words)}' ;;`).join('\n')}
      esac
      if [ -z "$list$about" ]; then
        case "$called" in
${named
  .map(({ words, names, options }) => {
    const offered = names.length > 0 ? names : options.map(({ word }) => word);
    return `          '${words}') list='${offered.join(' ')}' ;;`;
  })
  .join('\n')}
        esac
      fi ;;
  esac
  COMPREPLY=($(compgen -W "$list" -- "$current"))
}
complete -o default -F _switchyard switchyard
`;
}

/** The same for zsh, which understands bash's once it is told to. */
export function zshCompletion(commands: readonly Command[], known: readonly CompletedCommand[]): string {
  return `autoload -Uz +X compinit bashcompinit
(( \${+functions[compdef]} )) || compinit
bashcompinit
${bashCompletion(commands, known)}`;
}

function either(words: readonly string[], act: string): string {
  return `    ${words.map((word) => `'${word}'`).join('|')}) ${act} ;;`;
}

function wordsOf(words: readonly Completed[]): string {
  return words.map(({ word }) => word).join(' ');
}
