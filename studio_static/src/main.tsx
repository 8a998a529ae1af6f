import "@cloudscape-design/global-styles/index.css";
import "./app/tokens.css";
import "./app/shared.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { findSignIn } from "./app/signin/signIn";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
void findSignIn();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
