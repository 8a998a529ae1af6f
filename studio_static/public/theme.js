// Before the first paint: the theme last chosen, so that a dark Studio never flashes white. src/app/theme.ts goes on.
(() => {
  let theme = "auto";
  try {
    theme = JSON.parse(localStorage.getItem("automate.preferences") ?? "{}")?.state?.theme ?? "auto";
  } catch {
    // Storage may be closed to us, or hold something else: then the system decides.
  }
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.mode = dark ? "dark" : "light";
})();
