import type { firstRun as en } from '../en/first-run';

export const firstRun: Record<keyof typeof en, string> = {
  'first.title': '找出相似的照片',
  'first.what': '添加一个照片文件夹，选一张照片，就能看到所有与它相似的照片：副本、编辑版、同一时刻、同一主题。',
  'first.privacy': '除非您连接服务器，否则任何内容都不会离开这台电脑。',
  'first.privacy.server': '您查找的照片只会发送到这台 Lookalike 服务器；除非它连接了其他服务器，否则不会再传到别处。',
  'first.drop': '把照片拖到这里',
  'first.drop.or': '或者选择、粘贴一张',
  'first.type': '或输入路径',
  'first.pending': '添加文件夹后，将立即查找与“{name}”相似的照片。',
  'first.pending.pasted': '添加文件夹后，将立即查找与粘贴的图片相似的照片。',
  'first.pending.forget': '不再查找这张照片',
};
