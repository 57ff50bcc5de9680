import { mount } from 'svelte';
import { App } from './app.svelte';
import './app.css';
import AppView from './App.svelte';
import { Browser } from './browser/browser.svelte';
import BrowserView from './browser/BrowserView.svelte';
import { sayWhatIsWrong } from './i18n/field-words';
import { languageChoice, setLanguage } from './i18n/index.svelte';
import { isInWindow } from './platform';
import { tauriHost } from './platform/tauri';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
setLanguage(languageChoice());
sayWhatIsWrong();
if (isInWindow()) mount(AppView, { target, props: { app: new App(tauriHost) } });
else mount(BrowserView, { target, props: { browser: new Browser() } });
