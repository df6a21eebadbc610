// The theme that the person chose, before anything is painted.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch { /* Storage is switched off: the theme is the system's. */ }
