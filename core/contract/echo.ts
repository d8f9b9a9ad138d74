/** The lines of a prompt that the built-in echo agent understands, for people; docs/echo.md shows each with an example. */
export const echoHelp = `The echo agent needs no key and no network. It writes the prompt down in a file named after its
first line, echo/<first-line>.md, and adds each comment to it. Lines of this form in the prompt make it do more, one
after the other:

  [ask: question | option A | option B]   asks you; {answer} in a later [write] is what you said last, here or as the
                                          reason of a denial
  [permission: command]                   asks leave to run the command (it runs nothing; denied, it goes on without)
  [plan: first step | second step]        proposes a plan; refused, it stops there
  [write: path | text]                    writes this file instead of the usual one; \\n is a new line
  [say: text]                             says one more sentence
  [print: bytes]                          prints that much text; with [escape] also terminal control sequences
  [wait: 2s]                              takes its time
  [fail: reason]                          fails for good
  [fail-once: reason]                     fails, and works when tried again
  [spend: 0.50 | 2000]                    makes believe that it spent 50 cents and 2,000 tokens
  [limit: 2m]                             refuses as a provider does whose limit ends in two minutes; [limit] says no time
  [limit-once: 2m]                        refuses once, and works when the task goes on
  [hang]                                  never answers again
  [comment: a.txt:3-5 | text]             asked to review a change, leaves this comment on it; after the place may stand
                                          old, problem, suggestion or nit
  [verdict: good | text]                  says in a review what it thinks of the whole: good or needs changes
  [nothing]                               changes no file

Of any other line in such brackets it says that it did not understand it.
`;
