// The page of one's own account: it asks /graphql as any program of a browser does, and writes only text into the page.

const ACTING = `query Acting {
  viewer {
    actingFor(first: 100) { nodes { id basis representedName } }
    mandates(first: 100) {
      nodes { id basis representedName serviceGroups validFrom validTo acceptedAt revokedAt }
    }
    participant {
      mandates(first: 100) {
        nodes { id basis representativeName serviceGroups isInForce validTo acceptedAt revokedAt }
      }
    }
  }
}`;
const ACCEPT = `mutation Accept($input: MandateInput!) {
  acceptMandate(input: $input) { errors { code message params { name value } } }
}`;
const REVOKE = `mutation Revoke($input: MandateInput!) {
  revokeMandate(input: $input) { errors { code message params { name value } } }
}`;
const LOOKED = `query Looked($after: Cursor) {
  viewer {
    participant {
      fullName
      accessLog(first: 10, after: $after) {
        nodes { at readerKind readerVi readerEn right purposeVi purposeEn caseReference fields { name nameVi nameEn } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`;
const DOSSIERS = `query Dossiers {
  viewer {
    participant {
      fullName
      dossiers(first: 20, order: NEWEST) { nodes { id reference code status dueOn service { nameVi nameEn } } }
    }
  }
}`;
const SERVICES = `query Services { services(first: 100) { nodes { id nameVi nameEn version { applicants } } } }`;
const FILE = `mutation File($input: SubmitDossierInput!) {
  submitDossier(input: $input) { dossier { reference } errors { code message params { name value } } }
}`;
const BROWSERS = `query Browsers { viewer { sessions { nodes { id browser begunAt lastSeenAt isAsking } } } }`;
const END = `mutation EndBrowser($input: EndSessionInput!) { endSession(input: $input) { errors { code message } } }`;

const STATUSES = {
  NEW: ['Mới đăng ký', 'Submitted'],
  ACCEPTED: ['Được tiếp nhận', 'Accepted'],
  NOT_ACCEPTED: ['Không được tiếp nhận', 'Not accepted'],
  IN_PROCESS: ['Đang xử lý', 'In process'],
  SUPPLEMENT_REQUESTED: ['Yêu cầu bổ sung giấy tờ', 'Papers are missing'],
  PAYMENT_REQUESTED: ['Yêu cầu thực hiện nghĩa vụ tài chính', 'A payment is due'],
  WITHDRAWN: ['Đã rút', 'Withdrawn'],
  STOPPED: ['Dừng xử lý', 'Stopped'],
  DECIDED: ['Đã xử lý xong', 'Decided'],
  RETURNED: ['Đã trả kết quả', 'Result handed over'],
};

const BASES = {
  AGENT: ['người được ủy quyền', 'agent'],
  GUARDIAN: ['người giám hộ', 'guardian'],
  HEIR: ['người thừa kế', 'heir'],
  PARENT: ['cha, mẹ', 'parent'],
};

const GROUPS = {
  BENEFITS: ['chế độ bảo hiểm xã hội', 'benefits'],
  CONTRIBUTIONS: ['thu, nộp bảo hiểm', 'contributions'],
  HEALTH_INSURANCE: ['bảo hiểm y tế', 'health insurance'],
  ISSUE_OF_BOOKS_AND_CARDS: ['cấp sổ, thẻ bảo hiểm', 'books and cards'],
  PAYMENT: ['chi trả chế độ', 'payments'],
};

const RIGHTS = {
  OWN: ['Dữ liệu của chính mình', 'one’s own data'],
  MANDATE: ['Theo ủy quyền hoặc giám hộ', 'by a mandate'],
  EMPLOYMENT: ['Theo quan hệ lao động', 'as the employer'],
  OFFICE: ['Theo nhiệm vụ của cơ quan', 'as the office in charge'],
  AGREEMENT: ['Theo thỏa thuận chia sẻ dữ liệu', 'by an agreement to share data'],
};

// Who has somebody in their care reads who looked at them too.
const CARE = ['GUARDIAN', 'PARENT'];

const moment = new Intl.DateTimeFormat('vi-VN', {dateStyle: 'short', timeStyle: 'short', timeZone: 'Asia/Ho_Chi_Minh'});
const dayInVietnam = new Intl.DateTimeFormat('en-CA', {timeZone: 'Asia/Ho_Chi_Minh'});
const day = new Intl.DateTimeFormat('vi-VN', {dateStyle: 'short', timeZone: 'UTC'});

// What the reader is told comes from here or from the agency: its text, never as markup.
class Refused extends Error {
  constructor({message, extensions = {}, code = extensions.code, params = []}) {
    super(message);
    if (code !== 'STEP_UP_REQUIRED') return;
    this.level = extensions.level ?? params.find(({name}) => name === 'level')?.value;
  }
}

// By which mandate the page asks: null where somebody asks for themself.
let mandate = null;

async function ask(query, variables = {}, by = mandate) {
  const answer = await fetch('/graphql', {
    method: 'POST',
    credentials: 'same-origin',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      'Ansinh-Request': '1',
      ...(by && {'Ansinh-Acting-For': by}),
    },
    body: JSON.stringify({query, variables}),
  });
  const {data, errors} = await answer.json();
  if (errors) throw new Refused(errors[0]);
  return data;
}

async function act(mutation, input, by = mandate) {
  const [done] = Object.values(await ask(mutation, {input: {idempotencyKey: crypto.randomUUID(), ...input}}, by));
  if (done.errors.length) throw new Refused(done.errors[0]);
  return done;
}

function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

const both = (vietnamese, english) => [`${vietnamese} `, element('span', {class: 'english', lang: 'en'}, english)];

const wayUp = (level) =>
  element(
    'a',
    {href: `/sign-in?level=${level}&next=/account`},
    ...both(`Đăng nhập ở mức ${level}`, `Sign in at level ${level}`),
  );

class Section {
  constructor(id) {
    this.section = document.getElementById(id);
    this.status = this.section.querySelector('[role="status"]');
    this.rows = this.section.querySelector('.rows');
  }

  say(...words) {
    this.status.replaceChildren(...words);
  }

  // Does something that asks, and says in its own place why it could not be done.
  async try(doing) {
    this.section.setAttribute('aria-busy', 'true');
    try {
      await doing();
    } catch (problem) {
      if (problem instanceof Refused) this.say(problem.message, ...(problem.level ? [' ', wayUp(problem.level)] : []));
      else this.say(...both('Hiện không kết nối được, xin thử lại.', 'No connection just now, please try again.'));
    } finally {
      this.section.setAttribute('aria-busy', 'false');
    }
  }
}

const dossiers = new Section('dossiers');
const filing = dossiers.section.querySelector('form');

// For whom the dossiers on the page are, and for whom the next one is filed.
let shownFor = mandate;

async function showDossiers() {
  const by = mandate;
  const {viewer: {participant}} = await ask(DOSSIERS);
  // Somebody else may have been chosen meanwhile.
  if (by !== mandate) return;
  shownFor = by;
  if (!participant) {
    dossiers.section.hidden = true;
    return;
  }
  dossiers.section.querySelector('.person-shown').textContent = participant.fullName;
  dossiers.rows.replaceChildren(
    ...participant.dossiers.nodes.map((dossier) =>
      element(
        'li',
        {},
        element('strong', {}, dossier.service.nameVi),
        element('span', {class: 'english', lang: 'en'}, dossier.service.nameEn),
        element('code', {}, dossier.code ?? dossier.reference),
        element('span', {}, ...both(...STATUSES[dossier.status])),
        ...(dossier.dueOn
          ? [element('span', {}, ...both(`Hẹn trả ${day.format(new Date(dossier.dueOn))}`, 'due'))]
          : []),
      ),
    ),
  );
  if (!participant.dossiers.nodes.length) dossiers.say(...both('Chưa có hồ sơ nào.', 'No dossier yet.'));
  if (filing.hidden) await offerFiling();
}

async function offerFiling() {
  const {services: {nodes}} = await ask(SERVICES);
  const open = nodes.filter(({version}) => version?.applicants.includes('CITIZEN'));
  filing.elements.service.replaceChildren(
    ...open.map(({id, nameVi}) => element('option', {value: id}, nameVi)),
  );
  filing.hidden = !open.length;
}

filing.addEventListener('submit', (event) => {
  event.preventDefault();
  const {service, request} = Object.fromEntries(new FormData(filing));
  dossiers.try(async () => {
    const {dossier} = await act(FILE, {service, request}, shownFor);
    filing.reset();
    await showDossiers();
    dossiers.say(...both(`Đã nộp hồ sơ ${dossier.reference}.`, `Filed ${dossier.reference}.`));
  });
});

const looked = new Section('looked');
const earlier = looked.section.querySelector('.earlier');
let oldest = null;

function showLooked() {
  looked.section.hidden = false;
  return looked.try(async () => {
    try {
      await addLooks(null);
    } catch (problem) {
      // Whoever is no person has no record to be looked at.
      looked.section.hidden = problem instanceof Refused && !problem.level;
      throw problem;
    }
  });
}

async function addLooks(after) {
  const by = mandate;
  const {viewer: {participant}} = await ask(LOOKED, {after});
  // Somebody else may have been chosen meanwhile.
  if (by !== mandate) return;
  looked.section.hidden = !participant;
  if (!participant) return;
  const {nodes, pageInfo} = participant.accessLog;
  looked.section.querySelector('.person-shown').textContent = participant.fullName;
  const rows = nodes.map(lookRow);
  if (after) looked.rows.append(...rows);
  else looked.rows.replaceChildren(...rows);
  oldest = pageInfo.endCursor;
  earlier.hidden = !pageInfo.hasNextPage;
  if (!looked.rows.children.length) looked.say(...both('Chưa có ai xem.', 'Nobody has looked yet.'));
  if (after && rows.length) {
    // The button moves down or goes: whoever came by keyboard reads on where the earlier ones begin.
    rows[0].tabIndex = -1;
    rows[0].focus();
    looked.say(...both(`Đã thêm ${rows.length} lượt trước đó.`, `${rows.length} earlier ones added.`));
  }
}

function lookRow({at, readerKind, readerVi, readerEn, right, purposeVi, purposeEn, caseReference, fields}) {
  const who = readerKind === 'CITIZEN' && !mandate ? ['Chính bạn', 'You yourself'] : [readerVi, readerEn];
  const said = [
    ...(purposeVi ? [both(`Mục đích: ${purposeVi}`, purposeEn)] : []),
    ...(caseReference ? [both(`Vụ việc: ${caseReference}`, 'case')] : []),
  ];
  return element(
    'li',
    {},
    element('strong', {}, who[0]),
    ...(who[1] === who[0] ? [] : [element('span', {class: 'english', lang: 'en'}, who[1])]),
    element('time', {datetime: at}, moment.format(new Date(at))),
    element('span', {}, ...both(...RIGHTS[right])),
    ...said.map((words) => element('span', {}, ...words)),
    element('p', {}, ...both(`Đã xem: ${named(fields, 'nameVi')}.`, `Shown: ${named(fields, 'nameEn')}.`)),
  );
}

// Whoever reads this log sees all of each entry, which is one thing to say.
function named(fields, language) {
  const log = {nameVi: 'nhật ký này', nameEn: 'this log'};
  const isOfLog = ({name}) => name === 'Participant.accessLog' || name.startsWith('AccessEntry.');
  return [...new Set(fields.map((field) => (isOfLog(field) ? log : field)[language]))].join(', ');
}

earlier.addEventListener('click', () => {
  if (looked.section.getAttribute('aria-busy') === 'false') looked.try(() => addLooks(oldest));
});

const browsers = new Section('browsers');

async function showBrowsers() {
  const {viewer: {sessions: {nodes}}} = await ask(BROWSERS, {}, null);
  browsers.rows.replaceChildren(...nodes.map(browserRow));
}

function browserRow({id, browser, begunAt, lastSeenAt, isAsking}) {
  const since = moment.format(new Date(begunAt));
  const seen = moment.format(new Date(lastSeenAt));
  const name = browser || 'Trình duyệt khác';
  const row = element(
    'li',
    {},
    element('strong', {}, name),
    element('span', {}, ...both(`Đăng nhập lúc ${since}, hoạt động lần cuối ${seen}`, `since ${since}, last seen ${seen}`)),
  );
  if (isAsking) {
    row.append(element('em', {}, ...both('Trình duyệt này', 'This browser')));
    return row;
  }
  const button = element('button', {type: 'button'}, ...both('Kết thúc', 'End'));
  button.setAttribute('aria-label', `Kết thúc phiên của ${name}, đăng nhập lúc ${since}`);
  button.addEventListener('click', () =>
    browsers.try(async () => {
      await act(END, {session: id}, null);
      await showBrowsers();
      // The button has gone with its row: whoever came by keyboard goes on from the list.
      browsers.rows.tabIndex = -1;
      browsers.rows.focus();
      browsers.say(...both('Đã kết thúc phiên ở trình duyệt kia.', 'The other browser is signed out.'));
    }),
  );
  row.append(button);
  return row;
}

// Only a person has data of their own to take along, and only at a level that suffices.
const exporting = document.querySelector('#export a[download]');
const exported = exporting && new Section('export');

exporting?.addEventListener('click', (event) => {
  event.preventDefault();
  exported.try(async () => {
    exported.say(...both('Đang tập hợp dữ liệu…', 'Gathering the data…'));
    const answer = await fetch('/account/export', {credentials: 'same-origin'});
    const signed = await answer.text();
    if (!answer.ok) throw new Refused(JSON.parse(signed).errors[0]);
    fileOf('an-sinh.jwt', 'application/jwt', signed).click();
    const readable = fileOf('an-sinh.json', 'application/json', JSON.stringify(saidIn(signed).data, null, 2));
    readable.append(...both('Tải bản đọc được', 'Download a copy to read'));
    exported.say(...both('Đã tải bản có chữ ký số.', 'The signed copy is downloaded.'), ' ', readable);
  });
});

const fileOf = (name, type, text) =>
  element('a', {download: name, href: URL.createObjectURL(new Blob([text], {type}))});

// What a signed text says (RFC 7515 section 3.1). Whether it holds is checked by whoever is shown it.
function saidIn(signed) {
  const payload = atob(signed.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(payload, (byte) => byte.charCodeAt(0))));
}

const acting = new Section('acting');
const choice = acting.section.querySelector('.choice');
const offers = acting.section.querySelector('.offers');

async function showMandates() {
  const {viewer: {actingFor, mandates, participant}} = await ask(ACTING, {}, null);
  const given = participant?.mandates.nodes.filter((each) => each.isInForce || isOffered(each)) ?? [];
  const offered = mandates.nodes.filter(isOffered);
  acting.section.hidden = !actingFor.nodes.length && !given.length && !offered.length;
  const others = actingFor.nodes.map(({id, basis, representedName}) =>
    choiceButton(id, representedName, ...BASES[basis], CARE.includes(basis)),
  );
  choice.replaceChildren(choiceButton(null, 'Chính tôi', '', 'myself', true), ...others);
  acting.rows.replaceChildren(...given.map(mandateRow));
  acting.section.querySelector('.given').hidden = !given.length;
  offers.replaceChildren(...offered.map(offerRow));
  acting.section.querySelector('.offered').hidden = !offered.length;
}

function isOffered({acceptedAt, revokedAt, validTo}) {
  return !acceptedAt && !revokedAt && (!validTo || validTo >= dayInVietnam.format());
}

// What services of these groups are called, in Vietnamese and in English.
function groupNames(groups) {
  return [0, 1].map((language) => groups.map((group) => GROUPS[group][language]).join(', '));
}

function offerRow({id, basis, representedName, serviceGroups, validFrom, validTo}) {
  const [from, to] = [validFrom, validTo].map((date) => date && day.format(new Date(date)));
  return element(
    'li',
    {},
    element('strong', {}, representedName),
    element('span', {}, ...both(`Với tư cách ${BASES[basis][0]}`, `as their ${BASES[basis][1]}`)),
    element('span', {}, ...both(to ? `Từ ${from} đến ${to}` : `Từ ${from}`, to ? 'from, until' : 'from')),
    element('p', {}, ...both(...groupNames(serviceGroups))),
    answerButton('Nhận', 'Accept', `Nhận thực hiện thay ${representedName}`, ACCEPT, id, [
      `Bạn được thực hiện thay ${representedName}.`,
      'You may act for them now.',
    ]),
    answerButton('Từ chối', 'Decline', `Từ chối thực hiện thay ${representedName}`, REVOKE, id, [
      `Đã từ chối thực hiện thay ${representedName}.`,
      'You have declined.',
    ]),
  );
}

// What was done is said where it was done, even if nothing is left there.
function answerButton(vietnamese, english, label, mutation, id, said) {
  const button = element('button', {type: 'button', 'aria-label': label}, ...both(vietnamese, english));
  button.addEventListener('click', () =>
    acting.try(async () => {
      await act(mutation, {mandate: id}, null);
      await showMandates();
      acting.section.hidden = false;
      acting.say(...both(...said));
      acting.status.tabIndex = -1;
      acting.status.focus();
    }),
  );
  return button;
}

// Whoever was asked is named once they have accepted.
function mandateRow({id, basis, representativeName, serviceGroups}) {
  const groups = groupNames(serviceGroups);
  const name = representativeName ?? `người chưa nhận lời (${groups[0]})`;
  const who = representativeName ? [representativeName] : both('Chưa nhận lời', 'Not accepted yet');
  const row = element(
    'li',
    {},
    element('strong', {}, ...who),
    element('span', {}, ...both(...BASES[basis])),
    element('p', {}, ...both(...groups)),
  );
  // Who acts by law is not of the person's own choosing.
  if (basis !== 'AGENT') return row;
  row.append(
    answerButton('Thu hồi', 'Revoke', `Thu hồi ủy quyền của ${name}`, REVOKE, id, [
      `Đã thu hồi ủy quyền của ${name}.`,
      'The mandate is revoked.',
    ]),
  );
  return row;
}

function choiceButton(by, name, vietnamese, english, isToldWhoLooked) {
  const words = vietnamese ? [`${name}, ${vietnamese} `] : [`${name} `];
  const button = element(
    'button',
    {type: 'button', 'aria-pressed': String(by === mandate)},
    ...words,
    element('span', {class: 'english', lang: 'en'}, english),
  );
  button.addEventListener('click', () => {
    mandate = by;
    for (const each of choice.children) each.setAttribute('aria-pressed', String(each === button));
    dossiers.rows.replaceChildren();
    dossiers.say();
    dossiers.try(showDossiers);
    looked.rows.replaceChildren();
    looked.say();
    earlier.hidden = true;
    if (isToldWhoLooked) showLooked();
    else looked.section.hidden = true;
  });
  return button;
}

acting.try(showMandates);
dossiers.try(showDossiers);
showLooked();
browsers.try(showBrowsers);
