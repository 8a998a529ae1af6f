// Before the first paint, and before the scripts are here: what need not wait for them.
(() => {
  // The theme last chosen, so that a dark Studio never flashes white. src/app/theme.ts goes on.
  let theme = "auto";
  try {
    theme = JSON.parse(localStorage.getItem("automate.preferences") ?? "{}")?.state?.theme ?? "auto";
  } catch {
    // Storage may be closed to us, or hold something else: then the system decides.
  }
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.mode = dark ? "dark" : "light";

  // The files of the page that is opened; the build wrote which (tools/ahead.ts). The router asks for them much later.
  const files = document.getElementById("page-files");
  if (files === null) return; // `make studio-dev`: Vite knows
  const [first = "", second = ""] = location.pathname.replace("/studio/", "").split("/");
  const pages = JSON.parse(files.textContent);
  for (const file of pages[second === "" ? first : `${first}/:`] ?? []) {
    const link = document.createElement("link");
    // Styles are fetched, not preloaded: who has to sign in first would be warned that they were not used.
    link.rel = file.endsWith(".css") ? "prefetch" : "modulepreload";
    link.crossOrigin = "";
    link.href = `/studio/${file}`;
    document.head.append(link);
  }

  // How one signs in here: src/app/signin/configuration.ts takes the answer.
  window.studioConfiguration = fetch("/studio/config.json", {
    headers: { Accept: "application/json" },
    cache: "no-store",
    credentials: "same-origin",
  });
  window.studioConfiguration.catch(() => {}); // whoever takes it says so
})();
