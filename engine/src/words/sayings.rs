//! Every sentence of the engine that the window can say in other languages. The window's dictionary of them is
//! `ui/src/i18n/zh-engine.ts`, which the compiler of the window compares with what a test writes from here.

use super::Words;

macro_rules! sayings {
    ($($name:ident($($value:ident),*) $english:literal;)*) => {
        $(
            #[doc = $english]
            #[allow(dead_code, reason = "some are only for another system, or for a build without libheif")]
            pub(crate) fn $name($($value: impl Into<Words>),*) -> Words {
                $(let $value: Words = $value.into();)*
                Words::saying(stringify!($name), format!($english, $($value = $value),*), [$((stringify!($value), $value)),*])
            }
        )*

        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str)] = &[$((stringify!($name), $english)),*];
    };
}

sayings! {
    // What the system says of a file, in its own words: these say what kind of words they are.
    not_found(system) "{system}";
    not_permitted(system) "{system}";
    disk_full(system) "{system}";
    read_only_disk(system) "{system}";

    // Why a file gives no picture.
    empty() "the file is empty";
    no_picture() "this is not a picture";
    another_thing(what) "this is not a picture but {what}";
    zeros() "only zeros, as an interrupted copy leaves it";
    pdf() "a PDF document";
    zip() "a ZIP archive";
    photoshop() "a Photoshop document";
    video_or_raw() "a video or a camera's raw file";
    drawing_or_xml() "a drawing or another XML document";
    web_page() "a web page";
    not_readable_here(what) "{what} cannot be read by this copy of Lookalike";
    pictures_of_format(format) "{format} pictures";
    this_kind_of_format(format) "this kind of {format} picture";
    this_kind_of_picture(kind) "this kind of picture ({kind})";
    this_kind_of_tiff(kind) "this kind of TIFF ({kind})";
    unusual_jpeg() "a JPEG that is lossless, hierarchical, arithmetic-coded or of 12 bits";
    cmyk_jpeg_xl() "a CMYK JPEG XL picture";
    ends_too_early() "the file ends too early: part of the picture is missing";
    file_too_large(size, limit) "the file is too large ({size} MiB, the limit is {limit} MiB)";
    too_many_pixels(width, height, limit) "the picture is too large ({width} × {height} pixels, the limit is {limit} megapixels)";
    too_much_memory(limit) "the picture needs too much memory to decode (the limit is {limit} MiB)";
    damaged(cause) "the picture is damaged ({cause})";
    decoder_failed() "decoding it failed in an unexpected way";
    decoder_too_slow(seconds) "it was not decoded within {seconds} s";
    more_bytes_than_read(size, limit) "it has {size} bytes; files of more than {limit} are not read";
    not_readable(cause) "it cannot be read: {cause}";
    still_being_written() "it is still being written; it is looked at again when it has changed";

    // Why a folder is offline, or looked through instead of being watched.
    no_longer_a_folder() "it is no longer a folder";
    folder_not_there() "it is not there (drive not connected, or folder renamed)";
    folder_not_opened(cause) "it cannot be opened: {cause}";
    folder_became_link() "it has become a link to another place";
    drive_not_mounted() "its drive is not mounted (the folder is empty and is not the one that was indexed)";
    drive_taken_away() "the drive was taken away while it was being looked through";
    is_offline() "it is offline";
    on_network_drive(kind) "it lies on a network drive ({kind}), which does not report changes made elsewhere";
    no_notifications() "the system's change notifications are not to be had";
    watch_limit() "the system's limit of watched folders is reached (raise fs.inotify.max_user_watches)";
    changes_not_reported(cause) "the system cannot report its changes: {cause}";
    folder_is_polled(path, reason) "{path} is looked through every half minute instead of being watched: {reason}";

    // Work in the background that has stopped.
    indexing_stopped(reason) "Indexing stopped: {reason}";
    duplicates_stopped(reason) "the search for duplicates has stopped: {reason}";

    // Why a picture is known to a model by its thumbnail, or not at all.
    no_file_left() "no file of it is left";
    reason_at(path, reason) "{path}: {reason}";
    no_thumbnail(reason) "{reason}; there is no thumbnail of it";
    thumbnail_useless(reason, thumbnail) "{reason}; its thumbnail: {thumbnail}";
    became_too_large() "it has become too large";
    changed_since_indexed() "it has changed since it was indexed";

    // Why a file stays where it is.
    not_in_library(file) "file {file} is not in the library";
    folder_protected() "its folder is protected";
    folder_unreachable() "its folder cannot be reached now";
    last_copy() "it is the last copy of this picture";
    not_trashed(cause) "it cannot be moved to the trash: {cause}";
    place_taken() "another file is in its place now";
    trash_not_readable(cause) "the trash cannot be read: {cause}";
    not_in_trash() "it is not in the trash any more";
    not_brought_back(cause) "it cannot be brought back: {cause}";
    put_back_by_hand() "macOS lets no program do this: open the Trash and choose Put Back";
    not_written(cause) "it cannot be written: {cause}";
    no_name() "it has no name";
    changed_since_seen() "it has changed since it was looked at";
    too_many_of_name() "too many files have its name there";

    // What cannot be searched by, shown, added or checked.
    does_not_exist(path) "{path} does not exist";
    is_not_a_file(path) "{path} is not a file";
    is_not_a_folder(path) "{path} is not a folder";
    picture_unknown(id) "picture {id} is not in the library";
    picture_not_embedded(id) "picture {id} has not been embedded with the model in use yet";
    out_of_reach(path) "{path} cannot be reached now";
    picture_out_of_reach(id) "the file of picture {id} cannot be reached now, or has changed";
    steered_to_nothing() "what is to be more alike and what is to be less alike cancel each other out";
    results_gone() "these results are no longer kept";
    picture_not_taken_in(reason) "the picture is not taken in: {reason}";
    picture_too_large_to_add(limit) "pictures of more than {limit} MiB are not taken in";
    folder_unknown(id) "there is no folder number {id} in the library";
    folder_in_library(path, folder) "{path} is in the library already, as a part of {folder}";
    check_not_done() "the check is not done yet";
    nothing_checked() "no folder was checked yet";
    copied_already() "photos are being copied already";

    // Why nothing is fetched from an address.
    no_web_address(cause) "this is no web address: {cause}";
    address_without_host() "the address names no host";
    address_of_scheme(scheme) "addresses that begin with {scheme}: are not fetched from";
    address_with_user() "addresses with a user or password are not fetched from";
    not_public(host) "{host} is not on the public internet";
    name_not_resolved(host) "the name {host} cannot be resolved";
    name_has_no_address(host) "the name {host} has no address";
    host_unreachable(host, cause) "{host} cannot be reached: {cause}";
    host_broke_off(host, cause) "{host} broke off: {cause}";
    host_answers(host, status) "{host} answers with {status}";
    redirects_nowhere(host) "{host} redirects to nowhere";
    redirects_too_often(host, times) "{host} redirects more than {times} times";
    file_at_host_too_large(host, limit) "the file at {host} is larger than {limit} MiB";

    // Why a picture is not sent.
    sent_when_back() "its drive or folder cannot be reached now; it is sent when that is back";
    changed_so_not_sent(path) "{path} has changed since it was indexed; index it again";
    no_preview(reason) "no preview can be made: {reason}";

    // Servers, as the sentences below name them.
    milvus_at(address) "Milvus at {address}";
    store_at(address) "the object store at {address}";
    name_service(host) "the name service, asked for {host},";

    // What servers answer.
    name_unknown(host, cause) "the name {host} cannot be resolved: {cause}";
    name_without_address() "it has no address";
    name_of_server_unknown(server) "{server} has a name that cannot be resolved";
    unreachable(server) "{server} cannot be reached";
    unreachable_because(server, cause) "{server} cannot be reached: {cause}";
    no_answer_in_time(server) "{server} did not answer in time";
    no_answer_within(server, seconds) "{server} did not answer within {seconds} s";
    given_up() "given up because the program is closing";
    certificate_not_trusted(server, cause) "the certificate of {server} is not trusted: {cause}";
    tls_refused(alert) "the server refuses: {alert}";
    tls_not_spoken(server) "{server} does not speak TLS";
    tls_spoken(server) "{server} speaks TLS, and the address says http";
    tls_disagreement(server, cause) "{server} and this computer do not agree on TLS: {cause}";
    no_certificate_name(host, cause) "{host} is no name for a certificate: {cause}";
    authority_unusable(path, cause) "the authority's file {path} cannot be used: {cause}";
    sign_in_refused(server) "{server} does not accept the user and password or token";
    keys_refused(server) "{server} does not accept the keys";
    keys_unknown() "no access key and secret key are known for the object store";
    not_allowed(server) "{server} does not allow this";
    clocks_differ(server) "{server} refuses the request because the clocks differ";
    request_unknown(server) "{server} does not know this request";
    server_busy(server, cause) "{server} is busy: {cause}";
    writes_refused(server, cause) "{server} does not take writes now: {cause}";
    store_full(server) "{server} is full, or takes nothing now";
    database_or_collection_unknown(server, cause) "{server} knows no such database or collection: {cause}";
    bucket_or_object_unknown(server) "{server} knows no such bucket or object";
    other_region(server) "{server} expects another region";
    no_store_server(server) "{server} is no S3 server";
    answers_status(server, status) "{server} answers {status}";
    with_error_code(answer, code) "{answer} ({code})";
    server_refuses(server, cause) "{server} refuses: {cause}";
    server_failed(server, cause) "{server} failed: {cause}";
    request_not_valid(server, cause) "a request to {server} is not valid: {cause}";
    request_not_written(server, cause) "a request to {server} cannot be written: {cause}";
    listing_unreadable(server) "{server} answers a listing with something else";
    listing_repeats(server) "{server} lists what came before";
    object_too_large(server, limit) "an object of {server} has more than {limit} bytes";
    server_too_old(version) "this is Milvus {version}";
    no_such_database(database, server) "there is no database {database} on {server}";
    nothing_shared_yet(collection) "nothing has been shared in the collection {collection} yet";
    collection_of_others(collection) "the collection {collection} was made by another program: its columns are others";
    collection_of_dimension(collection, theirs, ours)
        "the collection {collection} holds vectors of {theirs} numbers and the model in use makes {ours}: it belongs to another model";
    collection_of_model(collection, theirs, ours) "the collection {collection} holds the vectors of the model {theirs}, and the one in use is {ours}";
    collection_of_metric(collection, metric) "the collection {collection} compares by {metric} and not by cosine";
    library_displaced() "this library lies elsewhere than when it was last synced";
    model_just_changed() "another model has just been put to use";

    // What to do about it.
    search_by_another() "Search by a photo that another program can open.";
    search_by_photo() "Search by a photo; index a folder with: lookalike index FOLDER";
    wait_for_indexing() "Wait until indexing is done.";
    connect_its_drive() "Connect the drive that holds it.";
    check_spelling() "Check the spelling, or connect the drive.";
    take_one_away() "Take one of them away.";
    search_again() "Search again.";
    give_photo_folder() "Give the folder that holds the photos.";
    choose_card() "Choose the folder or the card that holds the photos.";
    choose_other_folder() "Choose a folder that is not in the library. Copies within the library are found among the duplicates.";
    wait_for_check() "Wait for it, or stop it: what was found until then can be copied.";
    check_first() "Choose a folder to check first.";
    wait_for_copies() "Wait until that is done, or stop it.";
    give_public_address() "Give the http or https address of a picture on the public internet, or upload the picture itself.";
    check_address() "Check the address, or upload the picture itself.";
    check_host() "Check the spelling of the host, and that this computer is on its network.";
    check_port() "Check that the server runs and that the port is right (Milvus: 19530; S3: often 9000 or 3900).";
    check_firewall() "The server is slow, or a firewall swallows the connection; check host and port.";
    check_scheme() "Use https where the server speaks TLS and http where it does not; for a private certificate name its authority (own CA).";
    tried_again() "The server is starting or overloaded; it is tried again by itself.";
    look_at_log() "Look at the server's own log.";
    free_space_there() "Free disk space or raise the quota on the server; it is tried again by itself.";
    enter_secrets() "Enter the user and password, token or keys again: lookalike connect.";
    set_clock() "Set this computer's clock (or the server's): signatures are valid for minutes only.";
    give_rights() "Give these credentials the right to read and write there, or use others.";
    create_it() "Create it on the server, or name another.";
    name_other_collection() "Name another collection: lookalike connect --collection NAME.";
    name_region() "Name the region that the bucket lies in, or that the server's configuration says: lookalike connect --region NAME.";
    say_moved_or_copied()
        "If it was moved, say so: lookalike connect --moved. If it is a copy and the other one is still in use: lookalike connect --copied.";
    check_what_listens() "Check host and port: another program listens there (S3: often 9000 or 3900).";
    update_milvus() "Milvus 2.3 or newer is needed.";
    look_at_message() "Look at the message; if it makes no sense, please report it.";
    start_again() "Start it again; nothing is lost.";

    // What the steps of a connection test have found.
    port_answers(address) "{address} answers";
    certificate_trusted() "certificate trusted";
    not_encrypted() "not encrypted";
    accepted() "accepted";
    no_sign_in_wanted() "no user or token given, none wanted";
    is_there(name) "{name} is there";
    can_be_made(name) "{name} can be made";
    collection_is_there(name, dimension, metric) "{name} is there: {dimension} numbers, compared by {metric}";
    collection_can_be_made(name, dimension) "{name} can be made: {dimension} numbers, compared by cosine";
    bucket_of_others_too(bucket, collections) "{bucket} is there; rows of other databases may name pictures in it too ({collections}), so that none is removed from it";
    written() "written";
    vector_found() "found, at no distance";
    vector_not_found() "the vector that was just written is not found";
    gone() "gone";
    vector_not_gone() "the vector that was removed is still there";
    same_bytes() "the same bytes";
    object_not_read_back() "the object that was just written cannot be read back";
    link_opened() "opened";
    link_opened_at(address) "opened at {address}";
    link_gives_other_bytes() "the link gives other bytes than were written";
    not_tried() "not tried";
}
