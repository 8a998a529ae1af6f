/** A sticky note: text beside the flow, kept in the document and never in the definition. */
import { type NodeProps, NodeResizer } from "@xyflow/react";
import { memo } from "react";
import { useActions } from "../context";
import type { NoteNode } from "../model";

export const NoteCard = memo(function NoteCard({ data, selected }: NodeProps<NoteNode>) {
  const actions = useActions();
  const { note, editable } = data;
  return (
    <div className="note" data-selected={selected}>
      {editable && (
        <>
          <NodeResizer
            isVisible={selected}
            minWidth={120}
            minHeight={64}
            onResizeEnd={(_, { x, y, width, height }) => actions.changeNote(note.id, { x, y, width, height })}
          />
          <button
            type="button"
            className="note-close nodrag"
            aria-label="Remove the note"
            onClick={() => actions.changeNote(note.id, null)}
          >
            ×
          </button>
        </>
      )}
      <textarea
        className="note-text nodrag nowheel"
        aria-label="Note"
        readOnly={!editable}
        defaultValue={note.text}
        key={note.text}
        placeholder="Write a note"
        onKeyDown={(event) => event.stopPropagation()}
        onBlur={(event) => {
          if (event.currentTarget.value !== note.text) actions.changeNote(note.id, { text: event.currentTarget.value });
        }}
      />
    </div>
  );
});
