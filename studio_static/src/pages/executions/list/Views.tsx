/** Saved views: filters under a name that everybody of the folder or stage has. */
import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { del, path, put } from "../../../api/client";
import type { ViewList } from "../../../api/schema";
import { useApi } from "../../../api/useApi";
import { notify } from "../../../app/flash";
import { useWhyNot } from "../../../app/me";
import { Dialog } from "../../../ui/Dialog";
import { type Filters, isFiltered, NO_FILTERS, viewOf } from "./filters";

interface ViewsProps {
  filters: Filters;
  setFilters: (filters: Filters) => void;
}

export function Views({ filters, setFilters }: ViewsProps) {
  const { data, reload } = useApi<ViewList>("/views");
  const whyNot = useWhyNot("run");
  const [doing, setDoing] = useState<"save" | "delete" | null>(null);
  const views = data?.views ?? [];
  const shown = JSON.stringify(viewOf(filters));
  const current = views.find((view) => JSON.stringify(viewOf({ ...NO_FILTERS, ...view.filters })) === shown);
  const act = (id: string, text: string, isOff: boolean): ButtonDropdownProps.Item => ({
    id,
    text,
    disabled: isOff || whyNot !== undefined,
    ...(whyNot !== undefined && { disabledReason: whyNot }),
  });
  const items: ButtonDropdownProps.ItemOrGroup[] = [
    ...(views.length > 0
      ? [{ text: "Saved views", items: views.map(({ name }) => ({ id: `view/${name}`, text: name })) }]
      : []),
    act("save", "Save what is shown …", !isFiltered(filters)),
    ...(current ? [act("delete", `Delete ${current.name} …`, false)] : []),
  ];
  const follow = (id: string) => {
    if (id === "save" || id === "delete") return setDoing(id);
    const view = views.find(({ name }) => `view/${name}` === id);
    if (view) setFilters({ ...NO_FILTERS, ...view.filters });
  };
  const done = (words: string) => {
    notify({ type: "success", content: words });
    setDoing(null);
    void reload();
  };
  return (
    <>
      <ButtonDropdown items={items} onItemClick={({ detail }) => follow(detail.id)}>
        {current ? `View: ${current.name}` : "Views"}
      </ButtonDropdown>
      {doing === "save" && (
        <SaveDialog
          filters={filters}
          taken={views.map(({ name }) => name)}
          onClose={() => setDoing(null)}
          onDone={(name) => done(`The view ${name} is saved.`)}
        />
      )}
      {doing === "delete" && current && (
        <Dialog
          title={`Delete the view ${current.name}?`}
          act="Delete"
          onAct={async () => {
            await del(path("/views/{}", current.name));
            done(`The view ${current.name} is deleted.`);
          }}
          onClose={() => setDoing(null)}
        >
          <p className="ex-plain">It goes for everybody. No execution is touched.</p>
        </Dialog>
      )}
    </>
  );
}

const MOST_LETTERS = 64;

/** Why a view cannot be called so. */
function faultOf(name: string): string {
  if (name.includes("/")) return "A name has no slash.";
  return name.length > MOST_LETTERS ? `A name has up to ${MOST_LETTERS} characters.` : "";
}

interface SaveDialogProps {
  filters: Filters;
  taken: readonly string[];
  onClose: () => void;
  onDone: (name: string) => void;
}

function SaveDialog({ filters, taken, onClose, onDone }: SaveDialogProps) {
  const [name, setName] = useState("");
  const given = name.trim();
  const fault = faultOf(given);
  const save = async () => {
    await put(path("/views/{}", given), { filters: viewOf(filters) });
    onDone(given);
  };
  return (
    <Dialog title="Save this view" act="Save" disabled={given === "" || fault !== ""} onAct={save} onClose={onClose}>
      <FormField
        label="Name"
        description="Everybody who may look sees it, here and in automate executions --view."
        errorText={fault}
        {...(taken.includes(given) && { warningText: "It takes the place of the view of this name." })}
      >
        <Input value={name} onChange={({ detail }) => setName(detail.value)} placeholder="Failed today" />
      </FormField>
    </Dialog>
  );
}
