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
  .flatMap(({ words, names, options }) => {
    const at = `complete -c switchyard -n ${quoted(`__switchyard_at ${quoted(words)}`)}`;
    const offered =
      names.length === 0
        ? []
        : [
            `complete -c switchyard -f -n ${quoted(`__switchyard_next ${quoted(words)}`)} -a ${quoted(names.join(' '))}`,
          ];
    return [
      ...offered,
      ...options.map(({ word, takesValue, values }) => {
        const value = values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : takesValue ? ' -r' : '';
        return `${at} -l ${word.slice(2)}${value}`;
      }),
    ];
  })
  .join('\n')}
`;
}

/** A word of fish's, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
