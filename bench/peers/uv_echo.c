// libuv, as its guide writes an echo server: a buffer for each read, which is
// freed when it has been written back.

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

struct echo {
    uv_write_t request;
    uv_buf_t buffer;
};

static int check(int result, const char* what) {
    if (result < 0) {
        fprintf(stderr, "uv_echo: %s: %s\n", what, uv_strerror(result));
        exit(1);
    }
    return result;
}

static void* checked_malloc(size_t size) {
    void* memory = malloc(size);
    if (!memory) check(UV_ENOMEM, "malloc");
    return memory;
}

static void free_handle(uv_handle_t* handle) {
    free(handle);
}

static void allocate(uv_handle_t* handle, size_t suggested, uv_buf_t* buffer) {
    (void)handle;
    *buffer = uv_buf_init(checked_malloc(suggested), (unsigned)suggested);
}

static void written(uv_write_t* request, int status) {
    struct echo* echo = (struct echo*)request;
    uv_handle_t* client = (uv_handle_t*)request->handle;
    if (status < 0 && !uv_is_closing(client)) uv_close(client, free_handle);
    free(echo->buffer.base);
    free(echo);
}

static void has_read(uv_stream_t* client, ssize_t size,
                     const uv_buf_t* buffer) {
    if (size > 0) {
        struct echo* echo = checked_malloc(sizeof *echo);
        echo->buffer = uv_buf_init(buffer->base, (unsigned)size);
        check(uv_write(&echo->request, client, &echo->buffer, 1, written),
              "write");
        return;
    }
    if (size < 0) uv_close((uv_handle_t*)client, free_handle);
    free(buffer->base);
}

static void connected(uv_stream_t* listener, int status) {
    check(status, "accept");
    uv_tcp_t* client = checked_malloc(sizeof *client);
    check(uv_tcp_init(listener->loop, client), "tcp_init");
    check(uv_accept(listener, (uv_stream_t*)client), "accept");
    uv_tcp_nodelay(client, 1);
    check(uv_read_start((uv_stream_t*)client, allocate, has_read),
          "read_start");
}

int main(int argc, char** argv) {
    uv_loop_t* loop = uv_default_loop();
    uv_tcp_t listener;
    struct sockaddr_in address;
    struct sockaddr* generic = (struct sockaddr*)&address;
    int size = sizeof address;
    check(uv_tcp_init(loop, &listener), "tcp_init");
    check(uv_ip4_addr("127.0.0.1", argc > 1 ? atoi(argv[1]) : 8000, &address),
          "address");
    check(uv_tcp_bind(&listener, generic, 0), "bind");
    check(uv_listen((uv_stream_t*)&listener, SOMAXCONN, connected), "listen");
    check(uv_tcp_getsockname(&listener, generic, &size), "getsockname");
    printf("listening on 127.0.0.1:%d (libuv %s)\n", ntohs(address.sin_port),
           uv_version_string());
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
