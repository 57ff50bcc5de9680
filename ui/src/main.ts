import { mount } from 'svelte';
import { App } from './app.svelte';
import './app.css';
import AppView from './App.svelte';
import { language, setLanguage } from './i18n/index.svelte';
import { tauriHost } from './platform/tauri';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
setLanguage(language());
mount(AppView, { target, props: { app: new App(tauriHost) } });
