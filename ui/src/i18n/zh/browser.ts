import type { browser as en } from '../en/browser';

export const browser: Record<keyof typeof en, string> = {
  'server.unreachable': 'Lookalike 没有应答。',
  'server.unreachable.hint': '“lookalike serve”还在运行吗？一有应答，本页会自动继续；如果它重新启动过，则需要重新登录。',
  'server.failed': '服务器返回错误（{status}）。',

  'signin.title': '登录 Lookalike',
  'signin.text': '“lookalike serve”启动时显示了一个地址。请在此浏览器中打开该地址，或者把它粘贴到这里。地址只能用一次；令牌可以反复使用。',
  'signin.code': '地址、代码或令牌',
  'signin.submit': '登录',
  'signin.refused': '此代码无效。',
  'signin.refused.hint': '可能输入有误、已经用过，或者已超过十分钟。重新启动“lookalike serve”会得到新的代码；“lookalike token create 名称”会得到令牌。',
  'signin.ended': '您的会话已结束。',
  'signin.out': '退出登录',

  'rights.search-only': '您在这里只能搜索和查看，不能更改任何内容。',
  'rights.no-links': '您不能按网址搜索。',
  'rights.no-links.hint': '您登录所用的令牌只能用于搜索您自己的照片和此图库中的照片。请先保存照片，再拖到这里。',

  'clipboard.no-reading': '此浏览器不允许网页查看剪贴板。',
  'clipboard.no-reading.hint': '请改按 Ctrl+V（Mac 上为 ⌘V）。',
  'clipboard.no-writing': '此浏览器不允许网页使用剪贴板。',
  'clipboard.no-writing.hint': '请在照片信息中选中路径并复制。',

  'browse.title': '选择服务器上的文件夹',
  'browse.dropped': '浏览器不会告知文件夹“{name}”在哪里。请在服务器的文件夹中找到它。',
  'browse.none': '此服务器不允许从浏览器选择任何文件夹。管理员可以这样允许：',
  'browse.none.command': 'lookalike serve --allow-root 文件夹',
  'browse.roots': '此服务器允许的文件夹及其下级',
  'browse.list': '文件夹',
  'browse.up': '上一级',
  'browse.empty': '这里没有文件夹。',
  'browse.choose': '选择',
  'browse.choose.name': '选择“{name}”',
};
