import type { indexing as en } from '../en/indexing';

export const indexing: Record<keyof typeof en, string> = {
  'activity.idle': '已是最新',
  'activity.idle.paused': '{n} 个文件夹已暂停',
  'activity.scanning': '正在查找变化 · {n} 个文件',
  'activity.indexing': '{done} / {total}',
  'activity.rate': '每秒 {rate} 张',
  'activity.left.seconds': '还需 {n} 秒',
  'activity.left.minutes': '还需 {n} 分钟',
  'activity.left.hours': '还需 {n} 小时',
  'activity.paused': '已暂停：{done} / {total}',
  'activity.pause': '暂停索引',
  'activity.resume': '继续索引',
  'activity.label': '索引',
  'activity.finished': '索引完成，新增 {n} 张照片。',
  'activity.finished.skipped': '跳过了 {n} 个文件。',
  'activity.skipped': '跳过 {n} 个',

  'notify.indexed': '您的照片可以搜索了',
  'notify.switched': '{name} 已启用',
  'notify.switched.text': '从现在起由它回答搜索。',
  'notify.duplicates': '所有照片都已比较完毕',
  'notify.import': '导入前检查已完成',
  'notify.import.text': '{n} 张新照片，{known} 张已在图库中。',

  'notice.engine': 'Lookalike 的消息',

  'banner.readonly': '另一个 Lookalike 正在写入此图库，因此本窗口只读。可以搜索，但不能在这里更改文件夹。',
  'banner.readonly.retry': '重试',
};
