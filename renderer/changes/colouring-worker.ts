// First what its messages go through, then the worker of the diff view itself.
import './thin-messages';
import '@pierre/diffs/worker/worker.js';
