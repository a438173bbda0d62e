// The colours of the editors' text: each at least 4.5 : 1 on its page's paper.

const rules = (colours) =>
  Object.entries(colours).flatMap(([tokens, foreground]) => tokens.split(' ').map((token) => ({token, foreground})));

const brackets = (colour) =>
  Object.fromEntries([1, 2, 3, 4, 5, 6].map((level) => [`editorBracketHighlight.foreground${level}`, colour]));

export const light = {
  base: 'vs',
  inherit: true,
  colors: {
    'editor.background': '#ffffff00',
    ...brackets('#51605e'),
    'editorHoverWidget.background': '#fffdf8',
    'editorLineNumber.activeForeground': '#1c2726',
    'editorLineNumber.foreground': '#64706f',
    'editorSuggestWidget.background': '#fffdf8',
    'editorSuggestWidget.highlightForeground': '#0b5d58',
    'editorSuggestWidget.selectedBackground': '#dcebe7',
    'editorSuggestWidget.selectedForeground': '#1c2726',
    'editorWidget.background': '#fffdf8',
    focusBorder: '#0b5d58',
    'quickInput.background': '#fffdf8',
    'textLink.foreground': '#0b5d58',
  },
  rules: rules({
    'argument.identifier.gql': '#7a4a00',
    comment: '#5f6b63',
    'key.identifier.gql string.key.json': '#1f4e79',
    'keyword': '#92271b',
    'number': '#7b3f8c',
    'string string.value.json': '#3a6420',
    'type.identifier.gql': '#0b5d58',
  }),
};

export const dark = {
  base: 'vs-dark',
  inherit: true,
  colors: {
    'editor.background': '#ffffff00',
    ...brackets('#a5b3b0'),
    'editorHoverWidget.background': '#14211f',
    'editorLineNumber.activeForeground': '#e9e6dc',
    'editorLineNumber.foreground': '#93a5a3',
    'editorSuggestWidget.background': '#14211f',
    'editorSuggestWidget.highlightForeground': '#7fd3c4',
    'editorSuggestWidget.selectedBackground': '#27443f',
    'editorSuggestWidget.selectedForeground': '#e9e6dc',
    'editorWidget.background': '#14211f',
    focusBorder: '#7fd3c4',
    'quickInput.background': '#14211f',
    'textLink.foreground': '#7fd3c4',
  },
  rules: rules({
    'argument.identifier.gql': '#e9c46a',
    comment: '#98a8a1',
    'key.identifier.gql string.key.json': '#a9cbee',
    'keyword': '#f0a58f',
    'number': '#d7a8e0',
    'string string.value.json': '#b5d99c',
    'type.identifier.gql': '#7fd3c4',
  }),
};
