import type { Command } from './command';
import { type Completed, type CompletedCommand, completedWords } from './completion-words';

/**
 * The completion of this program for bash 3.2 and newer. It is a table, which asks this program only for what is kept: tasks,
 * agents, keys. Where it knows nothing to offer, bash completes names of files.
 */
export function bashCompletion(commands: readonly Command[], known: readonly CompletedCommand[]): string {
  // What is said of a word is shown beside it only where there are several, and never put on the line.
  return `${completingFunction(commands, known)}_switchyard_shown() {
  local at one tab=$'\\t'
  _switchyard
  case "\${#COMPREPLY[@]} \${COMP_TYPE:-9}" in
    '0 '*) return ;;
    '1 '*|*' 37'|*' 42') COMPREPLY=("\${COMPREPLY[@]%%$tab*}") ;;
    *)
      for ((at = 0; at < \${#COMPREPLY[@]}; at += 1)); do
        one="\${COMPREPLY[at]}"
        case "$one" in
          *"$tab"?*) COMPREPLY[at]="\${one%%$tab*}  (\${one#*$tab})" ;;
          *) COMPREPLY[at]="\${one%%$tab*}" ;;
        esac
      done ;;
  esac
}
complete -o default -F _switchyard_shown switchyard
`;
}

/** What fills COMPREPLY by COMP_WORDS and COMP_CWORD, in a language that bash and zsh have in common. */
function completingFunction(commands: readonly Command[], known: readonly CompletedCommand[]): string {
  const next = completedWords(commands);
  const two = known.filter(({ words }) => words.includes(' '));
  const named = known.filter(({ names, takesNames, asks }) => names.length > 0 || (!takesNames && asks === null));
  const asking = known.filter(({ asks }) => asks !== null);
  return `_switchyard_ask() {
  local word about tab=$'\\t'
  while IFS="$tab" read -r word about; do
    case "$word" in "$current"*) COMPREPLY+=("$word$tab$about") ;; esac
  done < <(switchyard complete "$1" 2>/dev/null </dev/null)
}
_switchyard() {
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
      .map(({ word, values, asks }) =>
        values.length === 0
          ? `      '${words} ${word}') ${asks === null ? '' : `_switchyard_ask ${asks}; `}return ;;`
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
${asking.map(({ words, asks }) => `          '${words}') _switchyard_ask ${asks}; return ;;`).join('\n')}
        esac
      fi ;;
  esac
  COMPREPLY=($(compgen -W "$list" -- "$current"))
}
`;
}

/** The same for zsh, which understands bash's once it is told to, and shows what is said of a word by itself. */
export function zshCompletion(commands: readonly Command[], known: readonly CompletedCommand[]): string {
  return `autoload -Uz +X compinit bashcompinit
(( \${+functions[compdef]} )) || compinit
bashcompinit
${completingFunction(commands, known)}_switchyard_shown() {
  local -a COMP_WORDS COMPREPLY named shown
  local COMP_CWORD=$((CURRENT - 1)) one tab=$'\\t'
  COMP_WORDS=("\${words[@]}")
  () {
    emulate -L sh
    setopt ksharrays
    _switchyard
  }
  for one in "\${COMPREPLY[@]}"; do
    named+=("\${one%%$tab*}")
    if [[ $one = *$tab?* ]]; then
      shown+=("\${one%%$tab*}  (\${one#*$tab})")
    else
      shown+=("\${one%%$tab*}")
    fi
  done
  if ((\${#named})); then
    compadd -d shown -a named
  else
    _default
  fi
}
compdef _switchyard_shown switchyard
`;
}

function either(words: readonly string[], act: string): string {
  return `    ${words.map((word) => `'${word}'`).join('|')}) ${act} ;;`;
}

function wordsOf(words: readonly Completed[]): string {
  return words.map(({ word }) => word).join(' ');
}
