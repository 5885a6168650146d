// The form that publishes one message over HTTP.

import { at } from './dom.js';

export function offerPublishing() {
  at('publish').addEventListener('submit', event => {
    event.preventDefault();
    publish();
  });

  // The start of the demo prints a link with the token; it stays in this tab.
  const token = new URLSearchParams(location.hash.slice(1)).get('publish');
  if (!token) return;
  at('publish-token').value = token;
  history.replaceState(null, '', location.pathname);
}

async function publish() {
  const result = at('publish-result');
  const token = at('publish-token').value;
  result.textContent = '…';
  try {
    const response = await fetch(`publish/${encodeURIComponent(at('publish-channel').value.trim())}`, {
      method: 'POST',
      body: at('publish-payload').value,
      headers: token ? { Authorization: `Bearer ${token}` } : {},
    });
    const answer = (await response.text()).slice(0, 500).trim();
    if (response.status === 404) {
      result.textContent = '404: publishing is not at this address; with WS_ADMIN_ADDR or WS_PUBLISH_ADDR it is at that one, which a page can\'t reach';
      return;
    }
    result.textContent = response.ok ? answer : `${response.status}: ${reasonOf(answer) || response.statusText}`;
  } catch (failure) {
    result.textContent = `no answer: ${failure.message}`;
  }
}

function reasonOf(answer) {
  try {
    const { error, message } = JSON.parse(answer);
    return [error, message].filter(part => part).join(': ');
  } catch {
    return answer;
  }
}
