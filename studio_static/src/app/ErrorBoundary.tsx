/** What a page that broke looks like: what happened, and the way on. The rest of the Studio stands. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";
import { isMissingFile } from "./missing";

interface Props {
  /** Another value means another page: the boundary starts afresh. */
  place: string;
  children: ReactNode;
}

interface State {
  error: Error | null;
  place: string;
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, place: this.props.place };

  static getDerivedStateFromError(error: Error): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.place === state.place ? null : { error: null, place: props.place };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const isChunk = isMissingFile(error);
    return (
      <Box padding="l">
        <Alert
          type="error"
          header={isChunk ? "This page could not be loaded" : "This page broke"}
          action={<Button onClick={() => window.location.reload()}>Load the page again</Button>}
        >
          {isChunk
            ? "The Studio was rebuilt, or the server stopped. Nothing was lost."
            : `${error.message} — nothing that was saved is lost.`}
        </Alert>
      </Box>
    );
  }
}
