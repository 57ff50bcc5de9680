import type { about as en } from '../en/about';

export const about: Record<keyof typeof en, string> = {
  'about.title': '关于 Lookalike',
  'about.version': '版本 {version}',
  'about.own': '您可以任选 MIT 许可证或 Apache 许可证 2.0 来使用、修改和分发 Lookalike。',
  'about.model': '使用中的模型',
  'about.model.text': '{name}，许可证 {licence}',
  'about.privacy': '哪些内容会离开这台电脑',
  'about.privacy.nothing': '没有。照片、名称和搜索都留在这台电脑上。只有您选择下载的模型会从网络获取。',
  'about.privacy.connected': '您已连接服务器。发送给它的内容：您给这台电脑起的名称，以及每张照片用来比较的数字、文件名、大小、格式和日期；图片本身只在您选择时发送。不会发送到其他任何地方。',
  'about.texts': '许可证全文',
  'about.parts': '使用的组件',
  'about.parts.text': '{n} 个他人的组件，按许可证列出。',
  'about.parts.search': '查找组件或许可证',
  'about.parts.search.clear': '显示全部组件',
  'about.parts.count': '{n} 个',
  'about.parts.texts': '{part} 的许可证',
  'about.parts.none': '没有这个名称的组件或许可证。',
};
