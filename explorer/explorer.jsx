// The explorer: GraphiQL over the portal's own door, in the reader's own session.

import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './explorer.css';

import {GraphiQL} from 'graphiql';
import {getOperationAST, parse} from 'graphql';
import {createClient} from 'graphql-ws';
import {TabFocus} from 'monaco-editor/esm/vs/editor/browser/config/tabFocus.js';
import {editor} from 'monaco-graphql/esm/monaco-editor.js';
import {createRoot} from 'react-dom/client';

import accept from './opening/accept.graphql';
import anonymous from './opening/anonymous.graphql';
import citizen from './opening/citizen.graphql';
import coverage from './opening/coverage.graphql';
import employer from './opening/employer.graphql';
import file from './opening/file.graphql';
import follow from './opening/follow.graphql';
import list from './opening/list.graphql';
import officer from './opening/officer.graphql';
import {dark, light} from './theme.js';

const door = new URL('/graphql', location.origin);
const live = new URL(door.href.replace(/^http/, 'ws'));

// The cookie says who is asking; the header says that our own page does, which no other site can send for the reader.
const OUR_OWN = {'Ansinh-Request': '1'};

async function ask(operation, headers) {
  const response = await fetch(door, {
    method: 'POST',
    credentials: 'same-origin',
    headers: {
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      'Content-Type': 'application/json',
      ...headers,
      ...OUR_OWN,
    },
    body: JSON.stringify(operation),
  });
  if (!response.headers.get('Content-Type')?.includes('json')) {
    throw new Error(`${response.status} ${response.statusText}: ${await response.text()}`);
  }
  return response.json();
}

// The socket opens with the first subscription, carries the same cookie, and closes with the last one.
const socket = createClient({url: live.href});

// Just after a change of tabs GraphiQL still names the operation of the tab before, so the document is asked itself.
function chosenOperation({query, operationName}) {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document);
  } catch {
    return null; // the door tells what is wrong with it
  }
}

function fetcher(asked, {headers} = {}) {
  const chosen = chosenOperation(asked);
  const operation = chosen ? {...asked, operationName: chosen.name?.value} : asked;
  return chosen?.operation === 'subscription' ? socket.iterate(operation) : ask(operation, headers);
}

globalThis.MonacoEnvironment = {
  getWorker(_, language) {
    const name = {graphql: 'graphql', json: 'json'}[language] ?? 'editor';
    return new Worker(new URL(`${name}.worker.js`, import.meta.url));
  },
};

// Tab moves on, as on every page; Ctrl+M makes it indent, for whoever prefers that.
TabFocus.setTabFocusMode(true);

// What a screen reader calls each editor, by the name that GraphiQL gives its text.
const NAMES = {
  '-operation.graphql': 'Operation, in GraphQL',
  '-variables.json': 'Variables, in JSON',
  '-request-headers.json': 'Request headers, in JSON',
  '-response.json': 'Response, in JSON, to read',
};

const MONOSPACE = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

editor.onDidCreateEditor((created) => {
  created.updateOptions({fontFamily: MONOSPACE});
  created.onDidChangeModel(() => {
    const path = created.getModel()?.uri.path ?? '';
    const name = Object.keys(NAMES).find((ending) => path.endsWith(ending));
    if (name) created.updateOptions({ariaLabel: NAMES[name]});
  });
});

editor.defineTheme('ansinh-light', light);
editor.defineTheme('ansinh-dark', dark);

// The page says who reads it, and each begins with what is theirs to ask.
const place = document.getElementById('explorer');
const {kind, reader} = place.dataset;
const tab = (query, variables) => ({
  query: query.trimEnd(),
  variables: variables && JSON.stringify(variables, null, 2),
});
const idempotencyKey = crypto.randomUUID();
const following = tab(follow, {dossier: 'Dossier:…'});
const opening = {
  CITIZEN: [
    tab(citizen),
    tab(coverage, {asOf: null}),
    tab(file, {
      input: {idempotencyKey, service: 'Service:SOTHE-01', request: 'Xin cấp lại thẻ BHYT bị mất.'},
    }),
    following,
  ],
  EMPLOYER: [
    tab(employer),
    tab(list, {
      input: {
        idempotencyKey,
        employer: 'Employer:…',
        month: '2026-10',
        lines: [{participant: 'Participant:…', base: 10000000}],
      },
    }),
    tab(file, {
      input: {
        idempotencyKey,
        service: 'Service:CS-01',
        employer: 'Employer:…',
        participant: 'Participant:…',
        request: '',
      },
    }),
    following,
  ],
  OFFICER: [
    tab(officer),
    tab(accept, {input: {idempotencyKey, dossier: 'Dossier:…', expectedVersion: 1}}),
    following,
  ],
}[kind] ?? [tab(anonymous)];

// What is typed here can be about people: it stays in this tab, goes with it, and is not for the next who signs in.
if (sessionStorage.getItem('reader') !== reader) sessionStorage.clear();
sessionStorage.setItem('reader', reader);

createRoot(place).render(
  <GraphiQL
    defaultTabs={opening}
    editorTheme={{dark: 'ansinh-dark', light: 'ansinh-light'}}
    fetcher={fetcher}
    inputValueDeprecation
    schemaDescription
    shouldPersistHeaders={false}
    showPersistHeadersSettings={false}
    storage={sessionStorage}
  >
    <GraphiQL.Logo>
      <span />
    </GraphiQL.Logo>
  </GraphiQL>,
);
