import type { library as en } from '../en/library';

export const library: Record<keyof typeof en, string> = {
  'library.empty.title': '这里还没有照片',
  'library.empty.text.readonly': '一旦有了照片，就会显示在这里。',
  'library.empty.text': '您的文件夹中没有找到图片。请添加其他文件夹，或检查排除设置。',
  'library.scanning.title': '正在浏览您的文件夹',
  'library.scanning.text': '找到的照片会显示在这里。有了第一批照片就可以开始搜索。',
  'library.name': '按名称或文件夹查找',
  'library.name.clear': '显示所有名称',
  'library.found': '找到 {n} 张照片',
  'library.none': '没有找到照片',
  'library.none.name': '这里没有名称包含“{text}”的文件或文件夹。',
  'library.none.filter': '这里没有符合筛选条件的照片。',
  'library.none.both': '这里没有既符合筛选条件、文件名或文件夹名又包含“{text}”的照片。',
  'library.none.all': '显示全部照片',
  'library.grid': '照片',
  'library.offline': '此文件夹目前无法访问，其中的照片仍可通过缩略图搜索。',
};
