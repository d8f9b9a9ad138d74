import { type ReactNode, useEffect, useState } from 'react';
import { useApp } from '../state/app';
import { complain, showSheet } from '../state/commands';

/** Takes a folder dropped anywhere, and says over the whole window where it will go. */
export function DropZone(): ReactNode {
  const app = useApp();
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const hold = (event: DragEvent): void => {
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = carriesFiles(event) ? 'copy' : 'none';
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      depth = 0;
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file === undefined) return;
      const path = app.bridge.pathForFile(file);
      if (path !== '') showSheet(app, { kind: 'add-repository', path });
      else
        complain(app, {
          code: 'BAD_INPUT',
          message: 'What was dropped is not a folder on this machine. Drop the folder of a git repository.',
        });
    };
    const listeners = [
      ['dragenter', enter],
      ['dragleave', leave],
      ['dragover', hold],
      ['drop', drop],
    ] as const;
    for (const [name, listener] of listeners) window.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) window.removeEventListener(name, listener);
    };
  }, [app]);
  if (!over) return null;
  return (
    <div className="drop">
      <p className="drop-title">Add this repository to Switchyard</p>
      <p>You are asked before anything in it may run. Nothing in the folder is changed.</p>
    </div>
  );
}
