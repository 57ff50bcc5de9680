import type { frame as en } from '../en/frame';

export const frame: Record<keyof typeof en, string> = {
  'nav.label': '图库',
  'nav.sidebar': '侧边栏',
  'nav.sidebar.open': '显示侧边栏',
  'nav.sidebar.close': '隐藏侧边栏',
  'nav.all': '全部照片',
  'nav.folders': '文件夹',
  'nav.skipped': '跳过的文件',
  'nav.models': '模型',
  'nav.language': '语言',
  'nav.shortcuts': '键盘快捷键',
  'nav.back': '返回',
  'nav.connections': '共享图库',

  'visits.gone': '您搜索的照片已不在这里。',
  'visits.gone.hint': '重新载入页面后，之前上传或粘贴的照片不会保留。请再次拖入照片来查找相似照片。',

  'menu.file': '文件',
  'menu.edit': '编辑',
  'menu.view': '查看',
  'menu.help': '帮助',
  'menu.find': '查找与某张照片相似的照片…',
  'menu.find-by-name': '按名称或文件夹查找',
  'menu.theme': '主题：{name}',
  'menu.nothing-selected': '请先选中一张照片。',

  'dialog.cancel': '取消',
  'dialog.close': '关闭',

  'field.missing': '请填写此项。',
  'field.no-date': '请输入完整的日期。',
  'field.no-number': '请输入数字。',
  'field.whole-number': '请输入整数。',
  'field.least': '不能小于 {least}。',
  'field.most': '不能大于 {most}。',
  'field.too-short': '至少需要 {n} 个字符。',
  'field.characters': '此处不能使用这样的字符。',

  'loading': '正在加载',

  'error.start.title': 'Lookalike 无法打开您的图库',
  'error.start.hint': '您的照片没有任何改动。',
  'error.retry': '重试',
  'error.dismiss': '关闭提示',
};
