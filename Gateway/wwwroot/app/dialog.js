import { byId } from './dom.js';
import { clearErrors, onSubmit } from './forms.js';
import { explain, toast } from './toasts.js';

/** What each dialog was opened for last. An answer may come when that is something else. @type {WeakMap<HTMLDialogElement, object>} */
const openings = new WeakMap();

/** Closes the dialog that is open, if it is about the room that is. */
export function closeDialogOfRoom() {
  document.querySelector('dialog[data-of-room][open]')?.close();
}

/**
 * Opens a dialog over a form. Nothing is submitted by the browser: `submit` gets the form's data, and the dialog
 * closes when it has succeeded, unless that is `null`. What `submit` answers with goes to `done` then. Of somebody who has
 * closed it meanwhile nothing is wanted any more: they are told of what failed, and that is all.
 * @param {string} id
 * @param {(data: FormData) => Promise<string | null | void>} submit
 * @param {(answer: string) => void} [done]
 */
export function openDialog(id, submit, done) {
  const dialog = byId(id);
  const form = dialog.querySelector('form');
  const opening = {};
  openings.set(dialog, opening);
  const isStillOpen = () => dialog.open && openings.get(dialog) === opening;
  form.reset();
  clearErrors(form);
  onSubmit(form, async (data) => {
    let answer;
    try {
      answer = await submit(data);
    } catch (error) {
      if (isStillOpen()) throw error;
      return toast(explain(error));
    }
    if (answer === null || !isStillOpen()) return;
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
