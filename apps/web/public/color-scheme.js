// Before the first paint and outside the bundle: the page's policy allows no inline script.
(() => {
  let saved = null;
  try {
    saved = localStorage.getItem("relite.color-scheme");
  } catch {
    // Storage may be switched off; the system's scheme is used.
  }
  const isDark =
    saved === "dark" || (saved !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", isDark ? "dark" : "light");
})();
