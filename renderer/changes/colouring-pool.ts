import {
  type FileDiffMetadata,
  getHighlighterIfLoaded,
  type HunkExpansionRegion,
  renderDiffWithHighlighter,
  type ThemedDiffResult,
} from '@pierre/diffs';
import { type DiffRendererInstance, WorkerPoolManager } from '@pierre/diffs/worker';

/**
 * Colours the code of diffs beside the window. While a diff is scrolled faster than it can be read, what comes into view is
 * drawn plain, which is a third of the elements, and coloured once it rests.
 */
export class ColouringPool extends WorkerPoolManager {
  #isRushing = false;
  readonly #passed = new Map<DiffRendererInstance, FileDiffMetadata>();

  /** What comes into view from now on is drawn plain. */
  rush(): void {
    this.#isRushing = true;
  }

  /** What was drawn plain and is still in view is coloured. */
  rest(): void {
    if (!this.#isRushing) return;
    this.#isRushing = false;
    const passed = [...this.#passed];
    this.#passed.clear();
    for (const [instance, diff] of passed) {
      const coloured = this.getDiffResultCache(diff);
      if (coloured === undefined) this.highlightDiffAST(instance, diff);
      else instance.onHighlightSuccess(diff, coloured.result, coloured.options);
    }
  }

  override getDiffResultCache(diff: FileDiffMetadata) {
    return this.#isRushing ? undefined : super.getDiffResultCache(diff);
  }

  override highlightDiffAST(instance: DiffRendererInstance, diff: FileDiffMetadata): void {
    if (this.#isRushing) this.#passed.set(instance, diff);
    else super.highlightDiffAST(instance, diff);
  }

  override cleanUpTasks(instance: Parameters<WorkerPoolManager['cleanUpTasks']>[0]): void {
    this.#passed.delete(instance as DiffRendererInstance);
    super.cleanUpTasks(instance);
  }

  override getPlainDiffAST(
    diff: FileDiffMetadata,
    startingLine: number,
    totalLines: number,
    expandedHunks?: Map<number, HunkExpansionRegion> | true,
    collapsedContextThreshold?: number,
  ): ThemedDiffResult | undefined {
    const highlighter = getHighlighterIfLoaded();
    if (!this.#isRushing || highlighter === undefined)
      return super.getPlainDiffAST(diff, startingLine, totalLines, expandedHunks, collapsedContextThreshold);
    // Which words of a line differ is as little to be seen of it.
    const options = { ...this.getDiffRenderOptions(), lineDiffType: 'none' } as const;
    return renderDiffWithHighlighter(diff, highlighter, options, {
      ...{ forcePlainText: true, startingLine, totalLines, expandedHunks, collapsedContextThreshold },
    });
  }
}
