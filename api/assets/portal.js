// Signing out: our own header, which a plain form cannot send, tells the door that the reader asks and no other site.
// Where the identity system keeps people signed in, the answer says where the browser goes on to sign out there too.

for (const form of document.querySelectorAll('form[action="/sign-out"]')) {
  const button = form.querySelector('button');
  const status = form.querySelector('[role="status"]');

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        credentials: 'same-origin',
        headers: {'Ansinh-Request': '1'},
      });
      if (!answer.ok) throw new Error(answer.statusText);
      sessionStorage.clear();
      location.assign(answer.status === 200 ? (await answer.json()).next : '/');
    } catch {
      button.disabled = false;
      status.textContent = 'Chưa đăng xuất được, xin thử lại. Not signed out yet, please try again.';
    }
  });
}
