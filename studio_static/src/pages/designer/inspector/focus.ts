/** Puts the keyboard's focus into the form of the selected state, once it is drawn. */
export function focusForm(): void {
  window.requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(".dz-inspector .dz-name")?.focus();
  });
}
