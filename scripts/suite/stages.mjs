/**
 * The stages of npm test, in order: the quick and cheap first. A stage with a project is a run of vitest. One whose tests
 * mostly wait for programs has more files at work than there are processors, and shares its run with those beside it.
 * @typedef {{ name: string, about: string, project?: boolean, measured?: boolean, waits?: boolean }} Stage
 * @type {readonly Stage[]}
 */
export const stages = [
  { name: 'types', about: 'the compiler, over every side' },
  { name: 'lint', about: 'format, lint and who may import whom' },
  { name: 'unit', about: 'unit and integration tests', project: true, measured: true },
  { name: 'agents', about: 'real agents against a scripted model', project: true, measured: true, waits: true },
  // What it reaches it reaches in processes of their own, which end by being killed: there is nothing to measure.
  { name: 'fault', about: 'crashes and failures on purpose', project: true, waits: true },
  { name: 'e2e', about: 'the real app in a real window', project: true, waits: true },
  { name: 'coverage', about: 'lines of core/ reached by the tests so far' },
];

/**
 * Reads what stands after npm test --: names of stages, then arguments for vitest. No names means every stage;
 * coverage brings the stages it is measured over.
 * @param {readonly string[]} args
 * @returns {{ selected: readonly Stage[], rest: readonly string[] } | { usage: string }}
 */
export function selectStages(args) {
  const names = stages.map((stage) => stage.name);
  const end = args.findIndex((arg) => !names.includes(arg));
  const wanted = new Set(end < 0 ? args : args.slice(0, end));
  const rest = end < 0 ? [] : args.slice(end);
  if (rest.length > 0 && ![...wanted].some((name) => stages.find((stage) => stage.name === name)?.project)) {
    return { usage: usage(rest[0] ?? '') };
  }
  const isSelected = (/** @type {Stage} */ stage) =>
    wanted.size === 0 || wanted.has(stage.name) || (wanted.has('coverage') && stage.measured);
  return { selected: stages.filter(isSelected), rest };
}

/**
 * The runs that stages make, in order: those whose tests mostly wait share one, so that one waits while another computes.
 * @param {readonly Stage[]} selected
 * @returns {readonly (readonly Stage[])[]}
 */
export function inRuns(selected) {
  /** @type {Stage[][]} */
  const runs = [];
  for (const stage of selected) {
    const before = runs.at(-1);
    if (stage.waits && before?.at(-1)?.waits) before.push(stage);
    else runs.push([stage]);
  }
  return runs;
}

/** @param {string} unknown */
function usage(unknown) {
  const width = Math.max(...stages.map((stage) => stage.name.length));
  return [
    `npm test: "${unknown}" is not a stage. The stages are:`,
    ...stages.map((stage) => `  ${stage.name.padEnd(width)}  ${stage.about}`),
    'For example: npm test -- types lint',
    '             npm test -- unit test/core/git -t "keeps uncommitted files"   (the rest goes to vitest)',
  ].join('\n');
}
