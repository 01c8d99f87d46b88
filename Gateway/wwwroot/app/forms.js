import { explain, toast } from './toasts.js';

/**
 * Lets a form hand its data over: one submission at a time. What is refused is told beside the field that it is about,
 * in `[data-error="NAME"]`, or else in `[data-error=""]`.
 * @param {HTMLFormElement} form
 * @param {(data: FormData) => Promise<void>} submit
 */
export function onSubmit(form, submit) {
  let underWay = false;
  const handle = async (event) => {
    event.preventDefault();
    if (underWay) return;
    underWay = true;
    form.setAttribute('aria-busy', 'true');
    clearErrors(form);
    try {
      await submit(new FormData(form));
    } catch (error) {
      showError(form, error);
    } finally {
      underWay = false;
      if (form.onsubmit === handle) form.removeAttribute('aria-busy');
    }
  };
  form.onsubmit = handle;
  // It may be busy with what was submitted when it was about something else.
  form.removeAttribute('aria-busy');
}

/** @param {HTMLFormElement} form */
export function clearErrors(form) {
  for (const place of form.querySelectorAll('[data-error]')) place.textContent = '';
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
}

function showError(form, error) {
  const places = [...form.querySelectorAll('[data-error]')];
  const at = (name) => places.find(({ dataset }) => dataset.error === name);
  const place = (error.field && at(error.field)) ?? at('');
  if (place) place.textContent = explain(error);
  else toast(explain(error));
  const input = [...form.elements].find((element) => element.name !== '' && element.name === error.field);
  input?.setAttribute('aria-invalid', 'true');
  input?.focus();
}

/** Each button with `data-reveals` shows and hides the password in the input of that id. */
export function revealPasswords() {
  for (const button of document.querySelectorAll('[data-reveals]')) {
    const input = document.getElementById(button.dataset.reveals);
    const show = (shown) => {
      input.type = shown ? 'text' : 'password';
      button.setAttribute('aria-pressed', String(shown));
    };
    button.addEventListener('click', () => show(input.type === 'password'));
    // It must not stay shown: neither for whoever comes next, nor for what the browser offers to remember.
    input.form.addEventListener('submit', () => show(false), { capture: true });
    input.form.addEventListener('reset', () => show(false));
  }
}
