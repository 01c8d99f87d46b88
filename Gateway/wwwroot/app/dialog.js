import { byId } from './dom.js';
import { clearErrors, onSubmit } from './forms.js';

/** Closes the dialog that is open, if it is about the room that is. */
export function closeDialogOfRoom() {
  document.querySelector('dialog[data-of-room][open]')?.close();
}

/**
 * Opens a dialog over a form. Nothing is submitted by the browser: `submit` gets the form's data, and the dialog
 * closes when it has succeeded, unless that is `null`. What `submit` answers with goes to `done` then.
 * @param {string} id
 * @param {(data: FormData) => Promise<string | null | void>} submit
 * @param {(answer: string) => void} [done]
 */
export function openDialog(id, submit, done) {
  const dialog = byId(id);
  const form = dialog.querySelector('form');
  form.reset();
  clearErrors(form);
  onSubmit(form, async (data) => {
    const answer = await submit(data);
    if (answer === null) return;
    // Closing gives the focus back to where it was; only then may something else take it.
    dialog.close();
    if (answer !== undefined) done?.(answer);
  });
  dialog.onclick = (event) => {
    if (event.target === dialog || event.target.closest('[data-close]')) dialog.close();
  };
  dialog.showModal();
  return dialog;
}
