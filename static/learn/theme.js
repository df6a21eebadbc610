// The theme that was chosen on the page with the editor. A file of its own, so that the security policy needs no exception.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch { /* Storage is switched off: the theme is the system's. */ }
