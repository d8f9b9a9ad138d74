import type { Command } from './command';
import { type CompletedCommand, completedWords } from './completion-words';

/** The same for fish, with what is said of each command. */
export function fishCompletion(commands: readonly Command[], known: readonly CompletedCommand[]): string {
  const next = [...completedWords(commands)];
  const two = known.filter(({ words }) => words.includes(' ')).map(({ words }) => quoted(words));
  return `function __switchyard_called
  set -l words
  set -l more
  set -l about
  for word in (commandline -opc)[2..]
    switch $word
      case --
        echo --
        return
      case --json
      case '-*'
        set more $more 1
      case '*'
        if test "$word" = help; and test (count $words$about) -eq 0
          set about 1
        else if test (count $more) -eq 0; and test (count $words) -lt 2
          set words $words $word
        end
    end
  end
  if contains -- "$words" ${two.join(' ')}
    echo "$words"
  else if test (count $words) -gt 0
    echo $words[1]
  end
end
function __switchyard_at
  test "$(__switchyard_called)" = "$argv[1]"
end
function __switchyard_next
  set -l words
  for word in (commandline -opc)[2..]
    if not contains -- $word --json help
      set words $words $word
    end
  end
  test "$words" = "$argv[1]"
end
complete -c switchyard -e
${next
  .flatMap(([first, words]) =>
    words.map(
      ({ word, about }) =>
        `complete -c switchyard -f -n ${quoted(`__switchyard_next ${quoted(first)}`)} -a ${quoted(word)} -d ${quoted(about)}`,
    ),
  )
  .join('\n')}
${known
  .flatMap(({ words, names, asks, options }) => {
    const at = `complete -c switchyard -n ${quoted(`__switchyard_at ${quoted(words)}`)}`;
    const first = names.length > 0 ? names.join(' ') : asking(asks);
    const offered =
      first === null
        ? []
        : [`complete -c switchyard -f -n ${quoted(`__switchyard_next ${quoted(words)}`)} -a ${quoted(first)}`];
    return [
      ...offered,
      ...options.map(({ word, takesValue, values, asks: asked }) => {
        const offers = values.length > 0 ? values.join(' ') : asking(asked);
        const value = offers !== null ? ` -x -a ${quoted(offers)}` : takesValue ? ' -r' : '';
        return `${at} -l ${word.slice(2)}${value}`;
      }),
    ];
  })
  .join('\n')}
`;
}

/** What has fish ask this program; null where there is nothing to ask for. */
function asking(asks: CompletedCommand['asks']): string | null {
  return asks === null ? null : `(switchyard complete ${asks} 2>/dev/null)`;
}

/** A word of fish's, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
