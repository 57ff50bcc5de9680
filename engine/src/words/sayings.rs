//! Every sentence of the engine, and of the desktop program around it, that the window can say in other languages. The
//! window's dictionary of them is `ui/src/i18n/zh-engine.ts`, which the compiler of the window compares with what a test
//! writes from here.

use super::Words;

macro_rules! sayings {
    ($($name:ident($($value:ident),*) $english:literal;)*) => {
        $(
            #[doc = $english]
            #[allow(dead_code, reason = "some are only for another system, or for a build without libheif")]
            #[allow(unreachable_pub, reason = "some are given to the desktop program")]
            pub fn $name($($value: impl Into<Words>),*) -> Words {
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
    picture_nowhere(id) "picture {id} is neither in this library nor in the shared one";
    picture_not_stored(id) "picture {id} is not in the object store";
    object_of_another(key) "the object {key} holds another picture than its name says";
    shared_picture_unreadable(id, reason) "picture {id} of the shared library: {reason}";
    steered_to_nothing() "what is to be more alike and what is to be less alike cancel each other out";
    shared_has_no_folder() "a search of the shared library cannot be kept to a folder of this computer";
    no_first_day(day) "taken_from: {day} is no day";
    no_last_day(day) "taken_until: {day} is no day";
    text_too_long(limit) "text: more than {limit} characters";
    results_gone() "these results are no longer kept";
    picture_not_taken_in(reason) "the picture is not taken in: {reason}";
    picture_too_large_to_add(limit) "pictures of more than {limit} MiB are not taken in";
    folder_unknown(id) "there is no folder number {id} in the library";
    folder_in_library(path, folder) "{path} is in the library already, as a part of {folder}";
    no_such_folder(id) "there is no folder {id}";
    exclude_not_understood(pattern, cause) "exclude pattern {pattern} is not understood: {cause}";
    excludes_not_understood(cause) "the exclude patterns are not understood: {cause}";
    check_not_done() "the check is not done yet";
    nothing_checked() "no folder was checked yet";
    not_among_new(id) "{id} is none of the new files of the latest check";
    copied_already() "photos are being copied already";
    too_many_to_copy(count, limit) "{count} pictures are too many to copy at a time; {limit} are not";
    target_not_absolute(folder) "folder: {folder} is no absolute path";
    target_not_there(folder) "folder: {folder} does not exist";
    target_no_folder(folder) "folder: {folder} is no folder";
    target_of_library(folder) "folder: {folder} belongs to the library's own data";
    path_not_read(path, cause) "{path} cannot be read: {cause}";

    // Why a library cannot be opened, or not be used any more.
    data_dir_not_made(path, cause) "the data directory {path} cannot be made: {cause}";
    data_dir_not_written(path, cause) "nothing can be written to the data directory {path}: {cause}";
    library_of_user(path, user) "the library in {path} belongs to user {user}, who could not write to it any more if root did";
    not_locked(path, cause) "{path} cannot be locked: {cause}";
    no_library(path) "there is no library in {path}";
    catalog_not_opened(path, cause) "the catalog {path} cannot be opened: {cause}";
    catalog_too_old(path) "the catalog {path} was made by an older version of Lookalike";
    catalog_too_new(path, theirs, ours)
        "the catalog {path} was made by a newer version of Lookalike (catalog version {theirs}, this program knows {ours})";
    library_gone(path) "the library in {path} was removed, moved or replaced while it was open";
    library_closing() "the library is being closed";
    library_read_only() "this library is open for reading only";
    catalog_failed(cause) "the catalog could not be read or written: {cause}";

    // Why a model cannot be had, used or removed.
    no_such_model(id) "there is no model {id}";
    nothing_of_model(id) "there is no model called {id}, and no vector of one";
    model_not_in_catalogue(id) "the catalogue has no model {id}";
    model_not_installed(id) "the model {id} is not installed";
    other_model_installed(id) "another model is installed as {id} than the catalogue has by this name";
    model_being_fetched(id) "the model {id} is being fetched";
    model_in_use(id) "the model {id} is in use";
    model_coming(id) "a switch to the model {id} is under way";
    no_switch() "no switch to another model is under way";
    vectors_of_other_model(id) "this library has vectors of another model that was called {id}";
    files_of_other_model(id) "the files of the model {id} are not those that made the vectors of this library";
    files_of_model_gone(id, reason) "the files of the model {id} are gone, so that photos which have no vector of it yet cannot be compared: {reason}";
    folder_of_other_model(id, other) "the folder of model {id} holds a model that calls itself {other}";

    // What is wrong with a model's files.
    model_not_read(cause) "the model cannot be read: {cause}";
    model_file_not_read(id, cause) "model {id}: {cause}";
    model_of_other_size(id, file, found, wanted) "model {id}: {file} has {found} bytes, the manifest says {wanted}";
    model_of_other_sha256(id, file, found, wanted) "model {id}: {file} has SHA-256 {found}, the manifest says {wanted}";
    files_became_others(id) "the files of the model {id} have become those of another model";
    model_replaced(id) "the model {id} is no longer the one whose vectors are made";
    model_not_run(id, file, cause) "model {id}: {file} cannot be run: {cause}";
    model_failed(id, cause) "model {id} failed: {cause}";
    model_refused(id, reason) "model {id} is refused: {reason}";
    graph_faulty() "its graph is faulty and cannot be run";
    other_dimension(place, found, wanted) "{place} gives {found} numbers, the manifest says {wanted}";
    no_vector() "its output is no vector (NaN, infinite or all zero)";
    no_feature_map(place, shape) "pooling over space needs a feature map, {place} has shape {shape}";
    empty_feature_map(shape) "its feature map is empty: {shape}";
    id_not_plain(id) "id {id} is not 1 to 48 of a-z, 0-9 and -";
    file_not_plain(file) "file {file} is not a plain file name";
    output_not_said() "output needs either node or after";
    input_out_of_range(width, height, least, most) "input of {width} × {height} pixels is not within {least} to {most}";
    dimension_out_of_range(dimension) "output.dimension {dimension} is not within 2 to 32768";
    copy_out_of_range(copy, dimension) "output.copy {copy} is not within 1 and what is below output.dimension {dimension}";
    mean_or_std_unusable() "input.mean and input.std must be finite, std above 0";
    bands_not_falling() "bands must fall from same-picture over same-scene to similar, within 1 and 0.2";
    copy_band_out_of_range(copy) "bands.copy {copy} is not within 0.2 and 1, or there is no output.copy that says which numbers it is about";
    candidate_out_of_range(candidate) "bands.copy-candidate {candidate} is not within 0.2 and bands.copy";

    // Places, as the sentences above name them. Those of a graph are in the fingerprints that libraries keep: their English stays.
    catalog() "the catalog";
    node(name) "node {name}";
    last_pooling() "the last pooling";
    classifier_input() "the classifier's input";
    graph_output() "the output";

    // Why a model is not fetched.
    host_not_found(host) "{host} was not found";
    address_answers(address, status) "{address} answered {status}";
    address_broke_off(address, done, total, cause) "{address} broke off after {done} of {total} bytes: {cause}";
    ended_early() "the server ended it early";
    not_joined(address) "{address} does not go on where the download stopped";
    other_size(address, found, wanted) "{address} has {found} bytes where {wanted} were expected";
    more_than_wanted(address, wanted) "{address} has more bytes where {wanted} were expected";
    other_sha256(address, found, wanted) "{address} gave a file with SHA-256 {found} where {wanted} was expected";
    too_little_room(folder, free, needed, spare) "{folder} has {free} MB free; the download needs {needed} MB, and {spare} MB beside it";
    download_cancelled() "the download was cancelled; what has come is kept";

    // What is wrong with settings.
    file_unusable(path, cause) "{path} cannot be used: {cause}";
    file_not_written(path, cause) "{path} cannot be written: {cause}";
    secrets_not_read(path) "the secrets in {path} cannot be read";
    out_of_range(name, least, most) "{name} is not within {least} and {most}";
    index_parameter_out_of_range(name, value, least, most) "index parameter {name} = {value} is not within {least} and {most}";
    no_bucket_name(name) "{name} is no bucket name";
    no_region(name) "{name} is no region";
    no_database_name(name) "{name} is no database name";
    no_collection_name(name) "{name} is no collection name";
    no_such_link_hours(hours) "links cannot be valid for {hours} hours";
    authority_without_tls(server) "an authority's file is given for the {server} address, which does not begin with https://";
    no_certificate_in(path) "{path} holds no certificate";
    store_without_keys() "the object store needs an access key and a secret key";
    not_connected() "no Milvus is connected";
    address_with_secret(what) "the {what} address holds a user or password";
    address_not_read(what, address, cause) "the {what} address {address} cannot be read: {cause}";
    address_of_other_scheme(what, scheme) "the {what} address begins with {scheme}://, not http:// or https://";
    address_says_more(what, address) "the {what} address {address} is more than a host and a port";
    address_without_server(what, address) "the {what} address {address} names no server";

    // Addresses, as the sentences above name them.
    milvus() "Milvus";
    object_store() "object store";
    public() "public";
    server() "server";

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
    no_object_key(key) "{key} is no object key";
    bucket_address_not_made(bucket, cause) "the address of the bucket {bucket} cannot be made: {cause}";
    store_client_not_made(cause) "no client for the object store can be made: {cause}";
    access_key_not_sent() "the access key holds characters that no header can carry";
    request_not_signed() "a request to the object store could not be signed with these keys";
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
    search_this_computer() "Search this computer.";
    write_days_so() "Days are written like 2026-05-01.";
    search_again() "Search again.";
    give_photo_folder() "Give the folder that holds the photos.";
    choose_card() "Choose the folder or the card that holds the photos.";
    choose_other_folder() "Choose a folder that is not in the library. Copies within the library are found among the duplicates.";
    wait_for_check() "Wait for it, or stop it: what was found until then can be copied.";
    check_first() "Choose a folder to check first.";
    look_at_check_now() "Look at what the check found now.";
    allow_reading() "Give the user that Lookalike runs as the right to read it, or check its subfolders one by one.";
    wait_for_copies() "Wait until that is done, or stop it.";
    choose_existing_folder() "Choose an existing folder.";
    only_facts_shared() "Only its facts are shared, or it was removed.";
    name_data_dir() "Name another one: --data-dir DIRECTORY";
    give_data_dir() "Give it to the user that Lookalike runs as, on a disk that may be written to. Or name another one: --data-dir DIRECTORY";
    run_as_user(user)
        "Nothing was changed. Run it as that user: sudo -u '#{user}' lookalike …, or for a service of systemd as its unit says.";
    index_first() "Index a folder first: lookalike index FOLDER";
    free_disk() "The disk is full: free some space on it.";
    check_disk() "Check that the disk that holds the data directory is there, sound, and not full.";
    check_data_dir() "Check that the data directory can be read and written, or use another: --data-dir DIRECTORY";
    move_catalog_aside()
        "Check that the data directory can be read and written; if the file is damaged, move it aside and index again (your photos are not touched).";
    move_data_dir_aside() "Move the data directory aside and index again; your photos are not touched.";
    free_and_retry() "Free some space on the disk, and try again.";
    free_library_disk() "Free some space on the disk that holds the library data.";
    check_library_disk() "Check that the disk that holds the library data is there, sound, and not full.";
    check_access() "Check that it may be read and written, or use another data directory: --data-dir DIRECTORY";
    write_there() "Another Lookalike is writing to it; do this there, or close it first.";
    report_fault() "This is a fault in Lookalike; please report it with this message.";
    bring_up_to_date() "Run `lookalike index` or open the application once; it brings the catalog up to date.";
    update_lookalike() "Update Lookalike, or use another data directory.";
    put_library_back()
        "Put it back where it was. Or start Lookalike again: it opens what lies there then, or begins an empty library.";
    see_models() "See which there are: lookalike model list";
    fetch_it(id) "See which there are: lookalike model list; fetch one: lookalike model install {id}";
    add_your_own() "See which there are: lookalike model list; add a file of your own: lookalike model add FILE.onnx";
    forget_vectors(id) "Delete them with `lookalike model forget {id}`, or add the model under another name.";
    use_another_first() "Put another to use first: lookalike model use NAME";
    give_switch_up() "Give it up first: lookalike model cancel";
    begin_switch() "Begin one: lookalike model use NAME";
    remove_it_first(id) "Remove it first: lookalike model remove {id}";
    remove_and_add(id) "Remove it, and add it again: lookalike model remove {id}";
    wait_or_cancel() "Wait for it, or cancel it.";
    put_files_back() "Choose another model, or put the right files back in the model's folder.";
    add_or_use_another()
        "Add or install it again, or put another model to use: lookalike model list. Photos of the library can be searched by until then. A switch to it can be given up: lookalike model cancel";
    download_goes_on() "What has come is kept. Check the connection and try again: it goes on from there.";
    check_proxy() "Check the connection; behind a proxy set HTTPS_PROXY. What has come is kept: trying again goes on from there.";
    try_later() "Try again later.";
    try_later_or_gone() "Try again later; if it stays so, the file is no longer there.";
    changed_at_source() "It was changed at its source. Nothing was installed.";
    changed_on_the_way() "It was changed at its source or on the way. It has been deleted; nothing was installed.";
    make_room() "Free some space, or use a data directory on another disk: --data-dir.";
    make_room_and_go_on() "Free some space and try again: the download goes on from there.";
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
    mend_connection() "Mend the file, or connect again: lookalike connect --milvus ADDRESS";
    mend_preferences() "Mend or delete the file, or set it anew in the window's settings.";
    connect_again() "Connect again; the secrets are then asked for.";
    bucket_names() "3 to 63 lower-case letters, digits, hyphens and dots, with a letter or digit at both ends.";
    milvus_names() "Letters, digits and underscores, not beginning with a digit, 255 at most.";
    example_region() "For example us-east-1, or what the server's configuration says.";
    possible_hours() "1 to 168 hours (a week) are possible.";
    drop_authority() "Begin the address with https://, or leave the file out.";
    name_authority() "Name the PEM file of the authority that signed the server's certificate.";
    give_store_keys() "Set LOOKALIKE_S3_ACCESS_KEY and LOOKALIKE_S3_SECRET_KEY, or enter them where you are asked.";
    connect_one() "Connect one: lookalike connect --milvus http://HOST:19530";
    keep_secrets_apart() "Secrets go into the environment or the prompt, never into an address.";
    example_addresses() "For example http://127.0.0.1:19530 or https://storage.example.org";

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

    // What the desktop program says by itself, and what to do about that.
    desktop_crashed(cause) "a fault in Lookalike: {cause}";
    folder_not_picked(folder) "{folder} was not chosen in a dialog";
    pasted_gone() "the pasted picture is no longer there";
    clipboard_unusable(cause) "the clipboard cannot be used: {cause}";
    file_not_opened(path, cause) "{path} could not be opened: {cause}";
    restart_if_it_stays() "Your photos are untouched. Try again; if it stays, restart Lookalike.";
    pick_again() "Choose the folder again.";
    paste_again() "Copy it and paste it again.";
    choose_other_place() "Choose another place.";
    install_viewer() "No program for this is installed. Install a file manager or a picture viewer.";
    open_by_hand() "Open the folder with your file manager instead.";
}
