/**
 * The options of streams, set on sockets by their descriptors.
 *
 * @module
 */

import type { StreamOptions } from "../../src/transport/transport.ts";
import { AF_INET, AF_UNIX } from "./addresses.ts";
import { SystemError } from "./errors.ts";
import { struct } from "./struct.ts";
import type { System } from "./system.ts";

const IPPROTO_IP = 0;
const IPPROTO_TCP = 6;
const IPPROTO_IPV6 = 41;

const ucred = struct({ pid: "i32", uid: "i32", gid: "i32" });

/** Sets the options of streams. */
export class SocketOptions {
  readonly #system: System;

  /** Takes the system's calls. */
  constructor(system: System) {
    this.#system = system;
  }

  /**
   * Sets what has to be set before a socket connects or listens: the window
   * that peers are offered follows from the buffer.
   */
  prepare(fd: number, family: number, options: StreamOptions): void {
    const {
      SOL_SOCKET,
      SO_BINDTODEVICE,
      SO_BUSY_POLL,
      SO_RCVBUF,
      SO_SNDBUF,
    } = this.#system.constants;
    this.#set(fd, SOL_SOCKET, SO_SNDBUF, options.sendBufferSize);
    this.#set(fd, SOL_SOCKET, SO_RCVBUF, options.receiveBufferSize);
    if (family === AF_UNIX) return;
    this.#set(fd, SOL_SOCKET, SO_BUSY_POLL, options.busyPoll);
    const { interface: device } = options;
    if (typeof device === "string") {
      const name = new TextEncoder().encode(device);
      this.#system.setOption(fd, SOL_SOCKET, SO_BINDTODEVICE, name);
    }
    this.tune(fd, family, options);
  }

  /** Sets what a connection does not have of its listener for certain. */
  tune(fd: number, family: number, options: StreamOptions): void {
    if (family === AF_UNIX) return;
    const {
      SOL_SOCKET,
      SO_PRIORITY,
      TCP_NODELAY,
      TCP_USER_TIMEOUT,
    } = this.#system.constants;
    this.#set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    this.#setService(fd, family, options.typeOfService);
    // After the type of service, which has an own idea of the priority.
    this.#set(fd, SOL_SOCKET, SO_PRIORITY, options.priority);
    const { tcpMaxRetransmitTimeout } = options;
    this.#set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, tcpMaxRetransmitTimeout);
    this.#setKeepalive(fd, options);
  }

  /** Says whether the process at the other end may connect. */
  admits(fd: number, options: StreamOptions): boolean {
    const wanted = [
      options.ipcFilterPid,
      options.ipcFilterUid,
      options.ipcFilterGid,
    ] as (number | undefined)[];
    if (wanted.every((id = -1) => id < 0)) return true;
    const { SOL_SOCKET, SO_PEERCRED } = this.#system.constants;
    const { pid, uid, gid } = ucred.read(
      this.#system.option(fd, SOL_SOCKET, SO_PEERCRED, ucred.size),
    );
    // As with libzmq, one that fits is enough.
    return [pid, uid, gid].some((id, index) => id === wanted[index]);
  }

  /** Lets a listener for all addresses of IPv6 take IPv4 connections too. */
  openToBoth(fd: number): void {
    const { IPV6_V6ONLY } = this.#system.constants;
    this.#system.setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  }

  /** Lets a listener have an address that was in use a moment ago. */
  reuseAddress(fd: number): void {
    const { SOL_SOCKET, SO_REUSEADDR } = this.#system.constants;
    this.#system.setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  }

  #setService(fd: number, family: number, octet: unknown): void {
    const { IP_TOS, IPV6_TCLASS } = this.#system.constants;
    if (family === AF_INET) return this.#set(fd, IPPROTO_IP, IP_TOS, octet);
    this.#set(fd, IPPROTO_IPV6, IPV6_TCLASS, octet);
    // Of IPv4 connections that come to an IPv6 listener.
    this.#set(fd, IPPROTO_IP, IP_TOS, octet);
  }

  #setKeepalive(fd: number, options: StreamOptions): void {
    const {
      SOL_SOCKET,
      SO_KEEPALIVE,
      TCP_KEEPCNT,
      TCP_KEEPIDLE,
      TCP_KEEPINTVL,
    } = this.#system.constants;
    const {
      tcpKeepalive,
      tcpKeepaliveCount,
      tcpKeepaliveIdle,
      tcpKeepaliveInterval,
    } = options;
    this.#set(fd, SOL_SOCKET, SO_KEEPALIVE, tcpKeepalive);
    if (tcpKeepalive !== 1) return;
    this.#set(fd, IPPROTO_TCP, TCP_KEEPCNT, tcpKeepaliveCount || -1);
    this.#set(fd, IPPROTO_TCP, TCP_KEEPIDLE, tcpKeepaliveIdle || -1);
    this.#set(fd, IPPROTO_TCP, TCP_KEEPINTVL, tcpKeepaliveInterval || -1);
  }

  /** Sets a number; one below zero leaves it to the system. */
  #set(fd: number, level: number, name: number, value: unknown): void {
    if (typeof value !== "number" || value < 0) return;
    // Who got here has a system whose options were promised.
    if (name < 0) throw new SystemError("setsockopt", "ENOPROTOOPT", 0);
    this.#system.setOption(fd, level, name, value);
  }
}
