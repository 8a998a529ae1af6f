/** A token that was just made: shown once, here. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import { Dialog } from "../../ui/Dialog";

interface MadeProps {
  name: string;
  token: string;
  isStage: boolean;
  onClose: () => void;
}

export function Made({ name, token, isStage, onClose }: MadeProps) {
  return (
    <Dialog
      title={`The token ${name}`}
      act="I have kept it"
      cancel={null}
      onAct={async () => onClose()}
      onClose={onClose}
    >
      <Alert type="warning">It is shown now and never again: it is kept nowhere.</Alert>
      <div className="breaks">
        <Box variant="code">{token}</Box>
      </div>
      <CopyToClipboard
        copyButtonText="Copy the token"
        copyErrorText="It could not be copied: select it and copy it by hand"
        copySuccessText="Copied"
        textToCopy={token}
      />
      <Box color="text-body-secondary">
        A program sends it as <Box variant="code">Authorization: Bearer …</Box>; the command line reads it from a file (
        <Box variant="code">--token-file FILE</Box>);{" "}
        {isStage ? (
          <>
            addresses begin with <Box variant="code">/token</Box>.
          </>
        ) : (
          <>
            a person pastes it at <Box variant="code">/signin</Box>.
          </>
        )}
      </Box>
    </Dialog>
  );
}
